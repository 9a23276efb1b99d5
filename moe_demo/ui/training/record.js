// One run's record as the browser knows it: asked for in small pieces, kept while the tab is open.
// A record tells its listener that something is new; it never draws.
import { BASE } from "../kit/base_path.js";

/** The language that the reader has chosen, as the address says it. */
const spoken = () => new URLSearchParams(location.search).get("lang") ?? "";

const ACTIVE_STATES = new Set(["queued", "starting", "running", "paused"]);
const RETRY_MS = 2000;
const RECORDS_KEPT = 8;
const GATE_UNIT = 1000; // gates come as whole thousandths
/** @type {Map<string, LiveRecord>} */
const records = new Map(); // address -> record: a page that comes back shows at once what it had

/**
 * @typedef {object} Evaluation one on the whole held-out set
 * @property {number} step
 * @property {number} loss
 * @property {number} accuracy
 * @property {number[]} max_vio layer by layer
 * @property {number[][]} load of every expert, layer by layer
 * @property {number} floor MaxVio of random routing
 *
 * @typedef {{ step: number, kind: string, before?: unknown, value?: unknown }} RunEvent
 * @typedef {{ lost: true, message?: undefined } | { lost?: undefined, message: string }} Problem
 *
 * @typedef {object} Routes of one sentence at every checkpoint
 * @property {string} sentence
 * @property {string[]} tokens
 * @property {number[]} steps
 * @property {number[][][][]} experts layer, step, token, the K chosen
 * @property {number[][][][]} gates of the same
 *
 * @typedef {{ poll_ms: number, idle_ms: number, live: boolean }} Pace
 * @typedef {(number | null)[]} Column
 */

/**
 * The record of an address, new on first use; the longest unused ones are forgotten.
 * @param {string} address
 * @returns {LiveRecord}
 */
export function recordAt(address) {
  const record = records.get(address) ?? new LiveRecord(address);
  records.delete(address);
  records.set(address, record);
  for (const [old, other] of records) {
    if (records.size > RECORDS_KEPT && !other.listener) records.delete(old);
  }
  return record;
}

/** What is known of a run; nothing yet. */
class Known {
  /** @type {string | null} */
  state = null;
  reason = "";
  place = 0;
  step = 0;
  nSteps = 0;
  stepsPerEpoch = 1;
  nLayers = 0;
  nRouted = 0;
  topK = 0;
  /** @type {number | null} */
  tokensPerSecond = null;
  /** @type {number | null} */
  secondsLeft = null;
  /** @type {number | null} */
  batchFloor = null;
  /** @type {RunEvent[]} */
  events = [];
  /** @type {number[]} */
  checkpoints = [];
  /** @type {number[]} */
  steps = [];
  /** @type {Column} */
  ce = [];
  /** @type {Column} */
  balance = [];
  /** @type {Column} */
  accuracy = [];
  /** @type {Column} */
  lr = [];
  /** @type {Column[][]} layer, expert, step */
  load = [];
  /** @type {Column[][]} */
  bias = [];
  /** @type {Column[]} */
  maxVio = [];
  /** @type {Evaluation[]} */
  evals = [];
}

export class LiveRecord extends Known {
  /** @type {string | number | null} */
  version = null;
  /** @type {Problem | null} why nothing new comes */
  problem = null;
  /** @type {string | null | undefined} */
  sentence = undefined;
  /** @type {Routes | null} */
  routes = null;
  /** @type {string | null} */
  routesProblem = null;
  visit = ""; // where the browser takes no cookies, the page says whose it is
  isDisputed = false; // the page believes that the run is in another state
  /** @type {AbortController | null} */
  asking = null;
  /** @type {ReturnType<typeof setTimeout> | null} */
  timer = null;
  /** @type {((isNew: boolean) => void) | null} */
  listener = null;
  /** @type {Pace} */
  pace = { poll_ms: RETRY_MS, idle_ms: RETRY_MS, live: false };

  /** @param {string} address */
  constructor(address) {
    super();
    this.address = address;
    this.onVisible = () => {
      if (!document.hidden) this.wake();
    };
  }

  get isActive() {
    return this.state !== null && ACTIVE_STATES.has(this.state);
  }

  get last() {
    return this.steps.length - 1;
  }

  /**
   * Ask again and again until `stop`; `listener(isNew)` is called after each answer.
   * @param {Pace} pace
   * @param {(isNew: boolean) => void} listener
   */
  start(pace, listener) {
    Object.assign(this, { pace, listener });
    if (this.timer || this.asking) return;
    document.addEventListener("visibilitychange", this.onVisible);
    this.ask();
  }

  stop() {
    if (this.timer) clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.asking?.abort();
    this.asking = this.timer = this.listener = null;
  }

  /** Ask at once: the reader changed something that may have started the run, or came back to the tab. */
  wake() {
    if (!this.listener || this.asking) return;
    if (this.timer) clearTimeout(this.timer);
    this.ask();
  }

  async ask() {
    this.timer = null;
    const asking = (this.asking = new AbortController());
    let isNew = false;
    try {
      isNew = await this.askHistory(asking.signal);
      isNew = (await this.askRoutes(asking.signal)) || isNew;
    } catch {
      if (asking.signal.aborted) return;
      isNew = !this.problem?.lost;
      this.problem = { lost: true };
    }
    if (asking !== this.asking) return;
    this.asking = null;
    this.listener?.(isNew);
    this.sleep();
  }

  /** Wait for the next question. */
  sleep() {
    const wait = this.pause();
    if (wait === null || !this.listener) return;
    this.timer = setTimeout(() => (document.hidden ? this.sleep() : this.ask()), wait);
  }

  /** Milliseconds to wait: few while it trains, many where it may start again, for ever (null) otherwise. */
  pause() {
    const { poll_ms, idle_ms, live } = this.pace;
    if (this.problem) return this.problem.lost ? Math.min(RETRY_MS, idle_ms) : idle_ms;
    if (this.isActive || this.wantsRoutes || this.isDisputed) return poll_ms;
    return live ? idle_ms : null;
  }

  /** @param {string} what @param {AbortSignal} signal */
  fetched(what, signal) {
    /** @type {Record<string, string>} */
    const headers = this.visit ? { "X-Moe-Browser": this.visit } : {};
    return fetch(`${BASE}${this.address}/${what}`, { signal, cache: "no-store", headers });
  }

  /** @param {AbortSignal} signal */
  async askHistory(signal) {
    const since = this.version === null ? "" : `&since=${encodeURIComponent(this.version)}`;
    const answer = await this.fetched(`history?lang=${spoken()}${since}`, signal);
    const hadProblem = this.problem !== null;
    if (answer.status === 304) {
      this.problem = null;
      return hadProblem;
    }
    if (answer.status === 404) {
      const { message } = await answer.json();
      const isNew = this.problem?.message !== message;
      this.problem = { message };
      this.version = null; // whatever stands there next is another run
      return isNew;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    this.take(await answer.json());
    this.problem = null;
    return true;
  }

  /**
   * Take an answer in: the whole record, or what has been added since.
   * @param {Record<string, any>} answer
   */
  take(answer) {
    if (answer.whole) {
      if (answer.step < this.step) this.routes = null; // trained anew: its routes may differ
      Object.assign(this, new Known());
    }
    Object.assign(this, {
      version: answer.version,
      state: answer.state,
      reason: answer.reason ?? "",
      place: answer.place ?? 0,
      step: answer.step,
      nSteps: answer.n_steps,
      stepsPerEpoch: answer.steps_per_epoch || 1,
      nLayers: answer.n_layers,
      nRouted: answer.n_routed,
      topK: answer.top_k,
      tokensPerSecond: answer.tokens_per_second ?? null,
      secondsLeft: answer.seconds_left ?? null,
      batchFloor: answer.batch_floor ?? this.batchFloor,
      events: answer.events ?? [],
      checkpoints: answer.checkpoints ?? [],
    });
    this.steps.push(...(answer.steps ?? []));
    this.ce.push(...(answer.ce ?? []));
    this.balance.push(...(answer.balance ?? []));
    this.accuracy.push(...(answer.accuracy ?? []));
    this.lr.push(...(answer.lr ?? []));
    this.evals.push(...(answer.evals ?? []));
    grow(this.load, answer.load, 2, 100);
    grow(this.bias, answer.bias, 2, 1e5);
    grow(this.maxVio, answer.max_vio, 1, 1000);
  }

  /**
   * Choose the sentence whose routes are wanted.
   * @param {string | null} sentence
   */
  follow(sentence) {
    if (sentence === this.sentence) return;
    Object.assign(this, { sentence, routes: null, routesProblem: null });
    this.wake();
  }

  get wantsRoutes() {
    const known = this.routes?.steps.length ?? 0;
    return Boolean(this.sentence) && !this.routesProblem && known < this.checkpoints.length;
  }

  /** @param {AbortSignal} signal */
  async askRoutes(signal) {
    if (this.routes?.steps.some((step, i) => this.checkpoints[i] !== step)) this.routes = null;
    const { sentence } = this;
    if (!sentence || !this.wantsRoutes) return false;
    const query = `lang=${spoken()}&s=${encodeURIComponent(sentence)}&from=${this.routes?.steps.length ?? 0}`;
    const answer = await this.fetched(`routes?${query}`, signal);
    if (sentence !== this.sentence) return false;
    if (answer.status >= 400 && answer.status < 500) {
      this.routesProblem = (await answer.json()).message ?? String(answer.status);
      return true;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    this.takeRoutes(sentence, await answer.json());
    return true;
  }

  /**
   * @param {string} sentence
   * @param {{ tokens: string[], steps: number[], layers: number[][][][], gates: number[][][][] }} answer
   */
  takeRoutes(sentence, { tokens, steps, layers, gates }) {
    const routes = (this.routes ??= {
      sentence,
      tokens,
      steps: [],
      experts: layers.map(() => []),
      gates: layers.map(() => []),
    });
    routes.steps.push(...steps);
    layers.forEach((more, layer) => routes.experts[layer].push(...more));
    gates.forEach((more, layer) =>
      routes.gates[layer].push(
        ...more.map((words) => words.map((chosen) => chosen.map((gate) => gate / GATE_UNIT))),
      ),
    );
  }
}

/**
 * Append nested columns: `depth` levels of lists around the numbers, which come as whole multiples of 1/unit.
 * @param {any[]} into
 * @param {any[] | undefined} from
 * @param {number} depth
 * @param {number} unit
 */
function grow(into, from, depth, unit) {
  (from ?? []).forEach((part, i) => {
    into[i] ??= [];
    if (depth > 1) return grow(into[i], part, depth - 1, unit);
    for (const value of part) into[i].push(value === null ? null : value / unit);
  });
}
