// The one x axis of the laboratory: training steps to pixels and back, linear or logarithmic, zoomed or whole.


const MIN_SPAN = 4; // steps that stay in view at the closest zoom
export const views = new Map(); // run -> { log, lo, hi, mode }: how the reader last looked at it

export class LabAxis {
  constructor() {
    Object.assign(this, { x0: 0, x1: 1, log: false, lo: null, hi: null, end: 1 });
  }

  /** The steps in view; unzoomed it is all the run will have. */
  get range() { return [this.lo ?? 0, this.hi ?? this.end]; }
  get isZoomed() { return this.lo !== null; }

  unit(step) { return this.log ? Math.log1p(step) : step; }
  step(unit) { return this.log ? Math.expm1(unit) : unit; }

  x(step) {
    const [lo, hi] = this.range, a = this.unit(lo), b = this.unit(hi);
    return this.x0 + ((this.unit(step) - a) / (b - a)) * (this.x1 - this.x0);
  }

  at(x) {
    const [lo, hi] = this.range, a = this.unit(lo), b = this.unit(hi);
    const share = Math.min(Math.max((x - this.x0) / (this.x1 - this.x0), 0), 1);
    return this.step(a + share * (b - a));
  }

  zoom(lo, hi) {
    if (hi - lo < MIN_SPAN) {
      const middle = (lo + hi) / 2;
      lo = middle - MIN_SPAN / 2;
      hi = middle + MIN_SPAN / 2;
    }
    lo = Math.max(lo, 0);
    hi = Math.min(Math.max(hi, lo + MIN_SPAN), this.end);
    [this.lo, this.hi] = lo <= 0 && hi >= this.end ? [null, null] : [Math.max(Math.min(lo, hi - MIN_SPAN), 0), hi];
  }

  /** Closer or farther around a pixel that keeps its step. */
  zoomAround(x, factor) {
    const [lo, hi] = this.range, held = this.unit(this.at(x)), a = this.unit(lo), b = this.unit(hi);
    this.zoom(this.step(held + (a - held) * factor), this.step(held + (b - held) * factor));
  }

  reset() { this.lo = this.hi = null; }

  /** Round steps to write on the axis, at least `gap` pixels apart. */
  ticks(gap) {
    const [lo, hi] = this.range;
    const candidates = this.log ? logSteps(hi) : evenSteps(lo, hi, Math.max(Math.floor((this.x1 - this.x0) / gap), 1));
    const shown = [];
    for (const step of candidates) {
      const x = this.x(step);
      if (step >= lo && step <= hi && (!shown.length || x - shown.at(-1).x >= gap)) shown.push({ step, x });
    }
    return shown;
  }
}

function logSteps(hi) {
  const steps = [0];
  for (let power = 1; power <= hi; power *= 10) steps.push(power, 2 * power, 5 * power);
  return steps;
}

/** About `n` round numbers between two: 1, 2 or 5 times a power of ten apart. */
export function evenSteps(lo, hi, n, whole = true) {
  const rough = (hi - lo) / n, power = 10 ** Math.floor(Math.log10(rough || 1));
  const apart = Math.max([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power, whole ? 1 : 0);
  const found = [];
  for (let i = Math.ceil(lo / apart - 1e-9); i * apart <= hi + apart * 1e-9; i++) found.push(i * apart);
  return found;
}

/** Index of the last of ascending `steps` at or before `step`, -1 where there is none. */
export function indexAt(steps, step) {
  let low = 0, high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Index of the nearest of ascending `steps`. */
export function nearestIndex(steps, step) {
  const before = indexAt(steps, step);
  if (before < 0) return steps.length ? 0 : -1;
  return before + 1 < steps.length && steps[before + 1] - step < step - steps[before] ? before + 1 : before;
}
