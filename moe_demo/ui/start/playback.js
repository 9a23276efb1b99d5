// Sending the words off one by one: how many have been sent, and the timer that sends the next.

const WORD_MS = 650;

export class Playback {
  /**
   * @param {object} on
   * @param {() => number} on.count how many words there are
   * @param {(sent: number) => void} on.sent a word has been sent
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
    this.onSent(this.sent);
  }

  /** @param {number} [sent] words that stay sent; all of them if it is not said */
  stop(sent = Infinity) {
    clearInterval(this.timer);
    this.timer = undefined;
    this.sent = sent;
    this.onRest();
  }
}
