// The one x axis of the training picture: steps to pixels and back, linear or logarithmic, zoomed or whole. No DOM.
import { oneTwoFive, roundNumbers } from "../kit/scale.js";

const MIN_SPAN = 4; // steps that stay in view at the closest zoom

export class StepAxis {
  x0 = 0;
  x1 = 1;
  log = false;
  end = 1;
  /** @type {number | null} */
  lo = null;
  /** @type {number | null} */
  hi = null;

  /**
   * The steps in view; unzoomed it is all the run will have.
   * @returns {[number, number]}
   */
  get range() {
    return [this.lo ?? 0, this.hi ?? this.end];
  }

  get isZoomed() {
    return this.lo !== null;
  }

  /** @param {number} step on a scale on which the axis is even */
  unit(step) {
    return this.log ? Math.log1p(step) : step;
  }

  /** @param {number} unit */
  step(unit) {
    return this.log ? Math.expm1(unit) : unit;
  }

  /** @param {number} step @returns {number} its pixel */
  x(step) {
    const [a, b] = this.range.map((end) => this.unit(end));
    return this.x0 + ((this.unit(step) - a) / (b - a)) * (this.x1 - this.x0);
  }

  /** @param {number} x @returns {number} the step at a pixel, which need not be whole */
  at(x) {
    const [a, b] = this.range.map((end) => this.unit(end));
    const share = Math.min(Math.max((x - this.x0) / (this.x1 - this.x0), 0), 1);
    return this.step(a + share * (b - a));
  }

  /**
   * Whether a pixel lies on the axis, or so few pixels beside it.
   * @param {number} x
   * @param {number} [beside]
   */
  holds(x, beside = 1) {
    return x >= this.x0 - beside && x <= this.x1 + beside;
  }

  /** @param {number} x the nearest pixel of the axis */
  clamp(x) {
    return Math.min(Math.max(x, this.x0), this.x1);
  }

  /** @param {number} lo @param {number} hi */
  zoom(lo, hi) {
    if (hi - lo < MIN_SPAN) {
      const middle = (lo + hi) / 2;
      lo = middle - MIN_SPAN / 2;
      hi = middle + MIN_SPAN / 2;
    }
    lo = Math.max(lo, 0);
    hi = Math.min(Math.max(hi, lo + MIN_SPAN), this.end);
    if (lo <= 0 && hi >= this.end) this.reset();
    else [this.lo, this.hi] = [Math.max(Math.min(lo, hi - MIN_SPAN), 0), hi];
  }

  /**
   * Closer or farther around a pixel that keeps its step.
   * @param {number} x
   * @param {number} factor
   */
  zoomAround(x, factor) {
    const held = this.unit(this.at(x));
    const [lo, hi] = this.range.map((end) => this.step(held + (this.unit(end) - held) * factor));
    this.zoom(lo, hi);
  }

  reset() {
    this.lo = this.hi = null;
  }

  /**
   * Round steps to write on the axis, at least `gap` pixels apart.
   * @param {number} gap
   * @returns {{ step: number, x: number }[]}
   */
  ticks(gap) {
    const [lo, hi] = this.range;
    const room = Math.max(Math.floor((this.x1 - this.x0) / gap), 1);
    /** @type {{ step: number, x: number }[]} */
    const kept = [];
    for (const step of this.log ? oneTwoFive(hi) : roundNumbers(lo, hi, room, { leastStep: 1 })) {
      const x = this.x(step);
      const before = kept.at(-1);
      if (step >= lo && step <= hi && (!before || x - before.x >= gap)) kept.push({ step, x });
    }
    return kept;
  }
}

/**
 * Index of the last of ascending `steps` at or before `step`, -1 where there is none.
 * @param {readonly number[]} steps
 * @param {number} step
 */
export function indexAt(steps, step) {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Index of the nearest of ascending `steps`, -1 where there are none.
 * @param {readonly number[]} steps
 * @param {number} step
 */
export function nearestIndex(steps, step) {
  const before = indexAt(steps, step);
  if (before < 0) return steps.length ? 0 : -1;
  const isNextNearer = before + 1 < steps.length && steps[before + 1] - step < step - steps[before];
  return isNextNearer ? before + 1 : before;
}
