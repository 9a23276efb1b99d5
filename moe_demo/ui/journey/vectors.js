// Where a word's vector stands at each stage, and which values it holds there: it goes with its word.
import { ZONE, placeInSeat, seatBox } from "./geometry.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./context.js").StageId} StageId
 * @typedef {import("./marks.js").VectorPlace} VectorPlace
 */

const TALL = { y: ZONE.top, h: ZONE.bottom - ZONE.top - 18 };
export const LOW = { y: 112, h: 148 };
export const POOLED = { y: ZONE.top, h: 176, w: 28 };

/** @type {Record<StageId, (c: Context, i: number) => VectorPlace>} */
export const VECTOR = {
  tokens: (c, i) => ({ x: c.geo.x(i) - 2, y: 190, w: 4, h: 4, ...ofWord(c, i), opacity: 0 }),
  vectors: (c, i) => ({ ...TALL, x: c.geo.x(i) - 17, w: 34, ...ofStage(c, i) }),
  router: (c, i) => ({
    x: c.geo.x(i) - c.geo.step / 2 + 4,
    y: 84,
    w: 7,
    h: 150,
    ...ofWord(c, i),
    opacity: 0.9,
  }),
  choice: (c, i) => ({ ...seated(c, i), ...ofWord(c, i) }),
  experts: (c, i) => ({ ...LOW, x: c.geo.x(i) - 17, w: 34, ...ofStage(c, i) }),
  gates: (c, i) => ({ ...LOW, x: c.geo.x(i) + 6, w: 26, ...ofStage(c, i) }),
  transformer: (c, i) => ({ y: 92, h: 148, x: c.geo.x(i) + 12, w: 18, ...ofStage(c, i) }),
  pooling: (c, i) => ({ ...POOLED, x: c.geo.x(i) - 14, ...ofStage(c, i) }),
  classes: (c) => ({ ...POOLED, x: 30 + c.scrolled, values: c.stage.pooled, limit: c.stage.limit }),
};

/** @param {Context} c @param {number} i what the stage itself makes of the word */
function ofStage({ stage }, i) {
  return { values: stage.values[i], limit: stage.limit };
}

/** @param {Context} c @param {number} i the word's vector as it came */
function ofWord(c, i) {
  const { values, limit } = c.of("vectors");
  return { values: values[i], limit };
}

/**
 * Where the vector of a word sits in the seat of its expert.
 * @param {Context} c
 * @param {number} i
 */
export function seated({ geo, scrolled, data, of }, i) {
  const chosen = of("choice").expert;
  return placeInSeat(seatBox(geo, scrolled, data.experts.length, chosen[i]), chosen, i);
}
