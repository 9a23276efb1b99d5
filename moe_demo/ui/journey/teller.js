// Telling Python where the reader is: once the reader has paused, and again where the answer stays away.

const PAUSE = 120; // milliseconds: a reader who runs over the rail leaves one entry in the history, not nine
const PATIENCE = 2500;
const TRIES = 3;

export class Teller {
  /** @param {(serial: number) => void} send */
  constructor(send) {
    this.send = send;
    this.serial = 0; // of our last click
    this.answered = -1; // of the last click that Python has answered; -1 before it has said anything
    /** @type {number | undefined} */
    this.timer = undefined;
  }

  /** The reader has moved. */
  tell() {
    this.serial += 1;
    this.later(PAUSE, this.serial, TRIES);
  }

  /**
   * @param {number} wait
   * @param {number} serial
   * @param {number} tries
   */
  later(wait, serial, tries) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.answered >= serial || !tries) return;
      this.send(serial);
      this.later(PATIENCE, serial, tries - 1);
    }, wait);
  }

  /**
   * Python has answered; false where it answers an older click than our last.
   * @param {number} serial
   * @returns {boolean}
   */
  heard(serial) {
    if (this.answered < 0) this.serial = serial;
    this.answered = serial;
    return serial >= this.serial;
  }

  stop() {
    clearTimeout(this.timer);
  }
}
