// One run's record as the browser knows it: asked for in small pieces, kept while the tab is open.
// A feed tells its listener that something is new; it never draws.

const ACTIVE_STATES = new Set(["queued", "starting", "running", "paused"]);
const RETRY_MS = 2000;
const FEEDS_KEPT = 8;
const feeds = new Map(); // address -> LabFeed: a page that comes back shows at once what it had

/** The feed of an address, new on first use; the longest unused ones are forgotten. */
export function feedOf(address) {
  const feed = feeds.get(address) ?? new LabFeed(address);
  feeds.delete(address);
  feeds.set(address, feed);
  for (const [old, other] of feeds) if (feeds.size > FEEDS_KEPT && !other.listener) feeds.delete(old);
  return feed;
}

class LabFeed {
  constructor(address) {
    this.address = address;
    this.version = null;
    this.trouble = null; // { lost: true } or { message }: why nothing new comes
    this.routes = null; // of one sentence: { sentence, tokens, steps, experts_LSTK, gates_LSTK }
    this.routesTrouble = null;
    this.isDisputed = false; // the page believes that the run is in another state
    this.forget();
  }

  forget() {
    Object.assign(this, {
      state: null, reason: "", place: 0, step: 0, nSteps: 0, stepsPerEpoch: 1, nLayers: 0, nRouted: 0, topK: 0,
      tokensPerSecond: null, secondsLeft: null, batchFloor: null, events: [], checkpoints: [],
      steps: [], ce: [], balance: [], accuracy: [], lr: [], load: [], bias: [], maxVio: [], evals: [],
    });
  }

  get isActive() { return ACTIVE_STATES.has(this.state); }
  get last() { return this.steps.length - 1; }

  /** Ask again and again until `stop`; `listener(isNew)` is called after each answer. */
  start(settings, listener) {
    Object.assign(this, { settings, listener });
    if (this.timer || this.asking) return;
    this.onVisible = () => { if (!document.hidden) this.wake(); };
    document.addEventListener("visibilitychange", this.onVisible);
    this.ask();
  }

  stop() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.onVisible);
    this.asking?.abort();
    this.asking = this.timer = this.listener = null;
  }

  /** Ask at once: the reader changed something that may have started the run, or came back to the tab. */
  wake() {
    if (!this.listener || this.asking) return;
    clearTimeout(this.timer);
    this.ask();
  }

  async ask() {
    this.timer = null;
    const asking = (this.asking = new AbortController());
    let isNew = false;
    try {
      isNew = await this.history(asking.signal);
      isNew = (await this.moreRoutes(asking.signal)) || isNew;
    } catch (error) {
      if (asking.signal.aborted) return;
      isNew = !this.trouble?.lost;
      this.trouble = { lost: true };
    }
    if (asking !== this.asking) return;
    this.asking = null;
    this.listener?.(isNew);
    this.sleep();
  }

  /** Wait for the next question: short while it trains, long where it may start again, for ever otherwise. */
  sleep() {
    const { poll_ms, idle_ms, live } = this.settings;
    const wait = this.trouble?.lost ? Math.min(RETRY_MS, idle_ms)
      : this.trouble ? idle_ms
      : this.isActive || this.wantsRoutes || this.isDisputed ? poll_ms
      : live ? idle_ms : null;
    if (wait !== null && this.listener) this.timer = setTimeout(() => (document.hidden ? this.sleep() : this.ask()), wait);
  }

  async history(signal) {
    const since = this.version === null ? "" : `?since=${encodeURIComponent(this.version)}`;
    const answer = await fetch(`${this.address}/history${since}`, { signal, cache: "no-store" });
    const hadTrouble = this.trouble !== null;
    if (answer.status === 304) { this.trouble = null; return hadTrouble; }
    if (answer.status === 404) {
      const message = (await answer.json()).message;
      const isNew = this.trouble?.message !== message;
      this.trouble = { message };
      this.version = null; // whatever stands there next is another run
      return isNew;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    this.take(await answer.json());
    this.trouble = null;
    return true;
  }

  /** Take an answer in: the whole record, or what has been added since. */
  take(answer) {
    if (answer.whole) {
      if (answer.step < this.step) this.routes = null; // trained anew: its routes may differ
      this.forget();
    }
    Object.assign(this, {
      version: answer.version, state: answer.state, reason: answer.reason ?? "", place: answer.place ?? 0,
      step: answer.step, nSteps: answer.n_steps, stepsPerEpoch: answer.steps_per_epoch || 1,
      nLayers: answer.n_layers, nRouted: answer.n_routed, topK: answer.top_k,
      tokensPerSecond: answer.tokens_per_second, secondsLeft: answer.seconds_left,
      batchFloor: answer.batch_floor ?? this.batchFloor,
      events: answer.events ?? [], checkpoints: answer.checkpoints ?? [],
    });
    for (const name of ["steps", "ce", "balance", "accuracy", "lr", "evals"]) this[name].push(...(answer[name] ?? []));
    grow(this.load, answer.load, 2, 100);
    grow(this.bias, answer.bias, 2, 1e5);
    grow(this.maxVio, answer.max_vio, 1, 1000);
  }

  /** Choose the sentence whose routes are wanted. */
  follow(sentence) {
    if (sentence === this.sentence) return;
    Object.assign(this, { sentence, routes: null, routesTrouble: null });
    this.wake();
  }

  get wantsRoutes() {
    return Boolean(this.sentence) && !this.routesTrouble && (this.routes?.steps.length ?? 0) < this.checkpoints.length;
  }

  async moreRoutes(signal) {
    const known = this.routes?.steps ?? [];
    if (known.some((step, i) => this.checkpoints[i] !== step)) this.routes = null;
    if (!this.wantsRoutes) return false;
    const sentence = this.sentence, from = this.routes?.steps.length ?? 0;
    const answer = await fetch(`${this.address}/routes?s=${encodeURIComponent(sentence)}&from=${from}`, { signal, cache: "no-store" });
    if (sentence !== this.sentence) return false;
    if (answer.status >= 400 && answer.status < 500) {
      this.routesTrouble = (await answer.json()).message ?? String(answer.status);
      return true;
    }
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const more = await answer.json();
    if (!this.routes) this.routes = { sentence, tokens: more.tokens, steps: [], experts: more.layers.map(() => []), gates: more.layers.map(() => []) };
    this.routes.steps.push(...more.steps);
    more.layers.forEach((steps, layer) => this.routes.experts[layer].push(...steps));
    more.gates.forEach((steps, layer) => this.routes.gates[layer].push(...steps));
    return true;
  }
}

/** Append nested columns: `depth` levels of lists around the numbers, which come as whole multiples of 1/unit. */
function grow(into, from, depth, unit) {
  (from ?? []).forEach((part, i) => {
    into[i] ??= [];
    if (depth > 1) return grow(into[i], part, depth - 1, unit);
    for (const value of part) into[i].push(value === null ? null : value / unit);
  });
}
