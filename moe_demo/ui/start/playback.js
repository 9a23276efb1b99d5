// Sending the words off one by one, through one layer after the other: how many have been sent, and the timer.

const WORD_MS = 450;

/**
 * Where a picture stands that plays.
 * @typedef {object} Standing
 * @property {number} layer that the words go through now
 * @property {number} words that have been sent through it
 * @property {number} arrived words that are through the last layer and count in the average
 */

/**
 * Where a picture stands after so many words have been sent, all of one layer before those of the next; null at rest,
 * where all have.
 * @param {number} sent
 * @param {number} nWords
 * @param {number} nLayers
 * @returns {Standing | null}
 */
export function standing(sent, nWords, nLayers) {
  if (sent === Infinity) return null;
  const layer = Math.min(Math.floor(Math.max(sent - 1, 0) / nWords), nLayers - 1);
  const words = sent - layer * nWords;
  return { layer, words, arrived: layer === nLayers - 1 ? words : 0 };
}

export class Playback {
  /**
   * @param {object} on
   * @param {() => number} on.count how many words there are to send, all layers together
   * @param {() => void} on.sent a word has been sent
   * @param {() => void} on.rest it plays no more
   */
  constructor({ count, sent, rest }) {
    this.count = count;
    this.onSent = sent;
    this.onRest = rest;
    this.sent = Infinity; // at rest the whole picture stands
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  get isPlaying() {
    return this.timer !== undefined;
  }

  /** Play on, from the first word where all have been sent; or pause. */
  toggle() {
    if (this.isPlaying) return this.stop(this.sent);
    if (this.sent >= this.count()) this.sent = 0;
    this.timer = setInterval(() => this.step(), WORD_MS);
    this.step();
  }

  /** Send the next word; after the last one rest with the whole picture. */
  step() {
    if (this.isPlaying && this.sent >= this.count()) return this.stop();
    this.sent = this.sent >= this.count() ? 1 : this.sent + 1;
    this.onSent();
  }

  /** @param {number} [sent] words that stay sent; all of them if it is not said */
  stop(sent = Infinity) {
    clearInterval(this.timer);
    this.timer = undefined;
    this.sent = sent;
    this.onRest();
  }
}
