// Where the bars of the runs end, on one scale for all of them.

const LEAST = 0.5; // MaxVio at which the scale ends at the least: below it nothing looks large

/**
 * MaxVio at the end of the scale: the largest there is.
 * @param {ReadonlyArray<{ vio: ReadonlyArray<{ value: number }>, floor: number }>} rows
 */
export function vioEnd(rows) {
  return Math.max(LEAST, ...rows.flatMap(({ vio, floor }) => [floor, ...vio.map(({ value }) => value)]));
}

/**
 * Width of a bar and place of its tick, as CSS has them; both stay on the track.
 * @param {number} share
 * @param {number | null} mark
 */
export function barParts(share, mark) {
  const percent = (/** @type {number} */ part) => `${100 * Math.min(Math.max(part, 0), 1)}%`;
  return { width: percent(share), tick: mark === null ? null : percent(mark) };
}
