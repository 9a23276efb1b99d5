import assert from "node:assert/strict";
import test from "node:test";

import { StepAxis } from "../../moe_demo/ui/training/axis.js";
import {
  LAST_CELL,
  cellAt,
  columnOf,
  isChanged,
  isComparable,
  isOther,
  piecesOf,
} from "../../moe_demo/ui/training/route_cells.js";

const AXIS = Object.assign(new StepAxis(), { x0: 100, x1: 1100, end: 1000 });
const STEPS = [0, 100, 1000];

/** One layer; two words at three checkpoints. */
function routesOf(experts) {
  return { sentence: "x", tokens: ["a", "b"], steps: STEPS, experts: [experts], gates: [] };
}

const FIRST = routesOf([
  [
    [1, 2],
    [3, 4],
  ],
  [
    [2, 1],
    [3, 5],
  ],
  [
    [2, 1],
    [3, 5],
  ],
]);

test("a checkpoint's routes hold until the next one, those of the last at least so far", () => {
  assert.deepEqual(columnOf(AXIS, { step: 1000 }, STEPS, 0), [100, 200]);
  assert.deepEqual(columnOf(AXIS, { step: 1000 }, STEPS, 1), [200, 1100]);
  assert.deepEqual(columnOf(AXIS, { step: 1000 }, STEPS, 2), [1100, 1100 + LAST_CELL]);
  assert.deepEqual(columnOf(AXIS, { step: 900 }, [0, 100], 1), [200, 1000]);
});

test("a cell is divided as the gates are, from its left to its right", () => {
  const pieces = piecesOf([0.5, 0.3, 0.2], 10, 100);
  assert.deepEqual(
    pieces.map(({ x }) => Math.round(x)),
    [10, 60, 90],
  );
  assert.ok(Math.abs(pieces.at(-1).x + pieces.at(-1).w - 110) < 1e-9);
  assert.deepEqual(piecesOf([3, 1], 0, 100), piecesOf([0.75, 0.25], 0, 100));
  assert.deepEqual(piecesOf([0, 0], 5, 100), [
    { x: 5, w: 0 },
    { x: 5, w: 0 },
  ]);
});

test("a choice has changed where the set is another; its order says nothing", () => {
  assert.equal(isChanged(FIRST, 0, 0, 0), false);
  assert.equal(isChanged(FIRST, 0, 1, 0), false);
  assert.equal(isChanged(FIRST, 0, 1, 1), true);
  assert.equal(isChanged(FIRST, 0, 2, 1), false);
});

test("two runs differ where they chose other experts at one step", () => {
  const other = {
    ...FIRST,
    steps: [0, 1000],
    experts: [
      [
        [
          [1, 2],
          [3, 9],
        ],
        [
          [1, 2],
          [3, 5],
        ],
      ],
    ],
  };
  assert.equal(isOther(FIRST, other, 0, 0, 0), false);
  assert.equal(isOther(FIRST, other, 0, 0, 1), true);
  assert.equal(isOther(FIRST, other, 0, 1, 1), false, "B has no checkpoint there");
  assert.equal(isOther(FIRST, other, 0, 2, 1), false);
});

test("only runs that began with the same weights can be compared", () => {
  const scene = (a, b) => ({
    data: { runs: [{ seed: a.seed }, { seed: b.seed }] },
    records: [{ nRouted: a.n }, { nRouted: b.n }],
  });
  assert.equal(isComparable(scene({ seed: 1, n: 16 }, { seed: 1, n: 16 })), true);
  assert.equal(isComparable(scene({ seed: 1, n: 16 }, { seed: 2, n: 16 })), false);
  assert.equal(isComparable(scene({ seed: 1, n: 16 }, { seed: 1, n: 8 })), false);
});

test("a point of the band is a word at a checkpoint, of two runs the upper or the lower half", () => {
  const layout = { row: 20, bands: { routes: { y: 500, h: 40 } } };
  const one = { axis: AXIS, layout, records: [{ step: 1000, routes: FIRST }] };
  assert.deepEqual(cellAt(one, 150, 505), { run: 0, i: 0, t: 0 });
  assert.deepEqual(cellAt(one, 600, 525), { run: 0, i: 1, t: 1 });
  assert.equal(cellAt(one, 50, 505), null);
  assert.equal(cellAt(one, 150, 545), null);
  const two = { ...one, records: [one.records[0], { step: 1000, routes: FIRST }] };
  assert.deepEqual(cellAt(two, 150, 503), { run: 0, i: 0, t: 0 });
  assert.deepEqual(cellAt(two, 150, 515), { run: 1, i: 0, t: 0 });
});
