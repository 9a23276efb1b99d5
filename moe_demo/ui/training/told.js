// The last step that Python was told of: until its answer is there, answers to earlier choices change nothing.

const ANSWER_MS = 5000; // an answer that has not come by then was lost

export class Told {
  /** @type {{ step: number, until: number } | null} */
  awaited = null;

  /** @param {number} step */
  tell(step) {
    this.awaited = { step, until: performance.now() + ANSWER_MS };
  }

  /**
   * Whether a step from Python answers an earlier choice than the last one.
   * @param {number | null} step null follows the newest checkpoint
   * @param {number | undefined} newest
   */
  isOlder(step, newest) {
    if (!this.awaited || performance.now() > this.awaited.until) return false;
    if ((step ?? newest) === this.awaited.step) this.awaited = null;
    return this.awaited !== null;
  }
}
