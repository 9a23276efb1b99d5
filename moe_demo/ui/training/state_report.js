// What Python is told of a run whose state, or newest step, has changed since the page was run.

// A process that has just said its last word still lives for a moment, and the page may have seen that.
const AGAIN_MS = 1500;
const REPORTS = 12;

/**
 * @typedef {import("./record.js").LiveRecord} LiveRecord
 * @typedef {import("./scene.js").TrainingData} TrainingData
 * @typedef {import("../kit/stage.js").Send} Send
 */

export class StateReport {
  /** @type {{ state: string, times: number, at: number } | null} what Python was told last */
  told = null;

  /**
   * Tell Python of a state that it has not seen, or of another step where the run waits; again, a few times, where it
   * still has not after it was told.
   * @param {LiveRecord} record
   * @param {TrainingData} data what Python knows
   * @param {Send} send
   */
  of(record, data, send) {
    const { state } = record;
    const newest = record.checkpoints.at(-1) ?? null;
    const isKnown = state === data.state && (state !== "paused" || newest === data.newest);
    if (!state || record.problem || isKnown) {
      record.isDisputed = false;
      this.told = null;
      return;
    }
    if (this.told?.state !== state) this.told = { state, times: 0, at: -Infinity };
    record.isDisputed = this.told.times < REPORTS;
    const now = performance.now();
    if (!record.isDisputed || now - this.told.at < AGAIN_MS) return;
    this.told.times++;
    this.told.at = now;
    send("state", `${state} ${newest}`); // another value each time, or Python is not called
  }
}
