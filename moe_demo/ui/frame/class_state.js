// A class as this window knows it: one request that waits for news, again and again, and what the presenter asks for.
import { BASE } from "../kit/base_path.js";

const RETRY = 1000; // milliseconds
const FULL_RETRY = 10_000;
const LEAD_TIMEOUT = 10_000;
const STAYS = ["class", "lang", "present"]; // of the address: each window's own
const WINDOW = "moe.window";
const LAST_WORDS = new Set(["unknown", "ended", "broken"]);

/**
 * @typedef {import("../server/class_wire.types.js").ClassPayload} ClassPayload
 * @typedef {{ path: string, params: Record<string, string> }} Place
 * @typedef {import("../server/class_wire.types.js").ClassRefusal} Refusal
 */

/** @type {Map<string, ClassPayload>} the last answer for each class: a page that comes next shows it at once */
const known = new Map();
let windowId = "";

/** Who this window is among those of its browser: kept over a reload, and no longer than the window. */
export function ownWindow() {
  try {
    windowId ||= sessionStorage.getItem(WINDOW) ?? "";
    windowId ||= crypto
      .getRandomValues(new Uint32Array(3))
      .reduce((id, n) => id + n.toString(16).padStart(8, "0"), "");
    sessionStorage.setItem(WINDOW, windowId);
  } catch {
    // a browser that keeps nothing: known until it is loaded again
  }
  return windowId;
}

/**
 * @param {Record<string, string>} params
 * @returns {Record<string, string>} those that a class shares
 */
function shared(params) {
  return Object.fromEntries(Object.entries(params).filter(([name]) => !STAYS.includes(name)));
}

/**
 * What an address shows, without what is each window's own.
 * @param {string} address
 * @param {string} base where the app stands
 * @returns {Place}
 */
export function placeOf(address, base) {
  const url = new URL(address);
  return {
    path: url.pathname.slice(new URL(base).pathname.replace(/\/$/, "").length).replace(/^\/|\/$/g, ""),
    params: shared(Object.fromEntries(url.searchParams)),
  };
}

/**
 * Whether two addresses show the same, but for what is each window's own.
 * @param {Place} a
 * @param {Place} b
 * @returns {boolean}
 */
export function isSamePlace(a, b) {
  const [one, other] = [shared(a.params), shared(b.params)];
  const names = Object.keys(one);
  return (
    a.path === b.path &&
    names.length === Object.keys(other).length &&
    names.every((name) => one[name] === other[name])
  );
}

/** What this window shows now. */
export function placeHere() {
  return placeOf(location.href, BASE);
}

/**
 * Open a place in this window. It is told to Streamlit as the Back button tells it: the one way to another page, with
 * settings, that takes one run of the script.
 * @param {Place} place
 */
export function openPlace(place) {
  const params = new URLSearchParams(place.params);
  for (const [name, value] of new URLSearchParams(location.search))
    if (STAYS.includes(name)) params.set(name, value);
  history.pushState(null, "", `${BASE}/${place.path}?${params}`);
  window.dispatchEvent(new PopStateEvent("popstate"));
}

export class ClassState {
  /** @type {Refusal | null} why nothing new comes */
  refusal = null;
  isLost = false; // the server does not answer
  /** @type {AbortController | null} */
  asking = null;
  /** @type {(() => void) | null} */
  listener = null;

  /**
   * @param {string} code
   * @param {string} address
   * @param {string} visit
   */
  constructor(code, address, visit) {
    Object.assign(this, { code, address, visit });
    this.code = code;
    this.address = address;
    this.visit = visit;
    this.now = known.get(code) ?? null;
  }

  /** @param {() => void} listener called after each answer */
  start(listener) {
    this.listener = listener;
    this.ask();
  }

  stop() {
    this.listener = null;
    this.asking?.abort();
  }

  /** Ask until the window leaves or the class is over. */
  async ask() {
    while (this.listener) {
      const wait = await this.askOnce();
      if (wait === null) return;
      if (wait) await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** @returns {Promise<number | null>} milliseconds to the next question; null where there is none */
  async askOnce() {
    this.asking = new AbortController();
    const since = this.now ? `&since=${this.now.version}` : "";
    try {
      const answer = await this.fetched(`state?lang=${spoken()}${since}`, { signal: this.asking.signal });
      if (answer.status !== 200 && answer.status !== 304) throw new Error(`status ${answer.status}`);
      if (answer.status === 200) {
        const told = await answer.json();
        if (told.refusal) return this.refuse(told.refusal);
        this.take(told);
      }
      const wasAway = this.isLost || this.refusal;
      Object.assign(this, { isLost: false, refusal: null });
      if (answer.status === 200 || wasAway) this.listener?.();
      return 0;
    } catch {
      if (!this.listener) return null;
      this.isLost = true;
      this.listener();
      return RETRY;
    }
  }

  /** @param {ClassPayload} answer */
  take(answer) {
    this.now = answer;
    known.set(this.code, answer);
  }

  /** @param {Refusal} refusal */
  refuse(refusal) {
    const isNew = this.refusal?.code !== refusal.code;
    Object.assign(this, { refusal, isLost: false });
    if (isNew) this.listener?.();
    return LAST_WORDS.has(refusal.code) ? null : FULL_RETRY;
  }

  /**
   * What the presenter asks for. @returns {Promise<Refusal | null>} why it was not done
   * @param {Record<string, unknown>} asked
   */
  async lead(asked) {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ window: ownWindow(), ...asked });
    const signal = AbortSignal.timeout(LEAD_TIMEOUT);
    const answer = await this.fetched(`lead?lang=${spoken()}`, { method: "POST", headers, body, signal });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()).refusal ?? null;
  }

  /** @param {string} what @param {RequestInit} options */
  fetched(what, options) {
    const headers = new Headers(options.headers);
    if (this.visit) headers.set("X-Moe-Browser", this.visit);
    return fetch(`${BASE}${this.address}/${what}`, { cache: "no-store", ...options, headers });
  }
}

/** The language that the reader has chosen, as the address says it. */
function spoken() {
  return new URLSearchParams(location.search).get("lang") ?? "";
}
