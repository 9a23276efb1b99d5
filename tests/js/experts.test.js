// The order of the rows of the experts' map.
import assert from "node:assert/strict";
import { test } from "node:test";
import { sorted } from "../../moe_demo/ui/experts/order.js";

const row = (expert, byClass, byKind) => ({
  expert,
  cells: [byClass.map((lift) => ({ lift })), byKind.map((lift) => ({ lift }))],
});
const rows = [row(0, [1, 2], [0.5]), row(1, [3, 1], [null]), row(2, [2, 2], [0.7])];
const order = (asked) => sorted(rows, asked).map((one) => one.expert);

test("rows stand by their numbers without an order", () => {
  assert.deepEqual(order(null), [0, 1, 2]);
});

test("the largest lift comes first, equal ones stay as they are, and what has none comes last", () => {
  assert.deepEqual(order({ group: 0, place: 0 }), [1, 2, 0]);
  assert.deepEqual(order({ group: 0, place: 1 }), [0, 2, 1]);
  assert.deepEqual(order({ group: 1, place: 0 }), [2, 0, 1]);
});

test("sorting leaves the rows it was given as they are", () => {
  sorted(rows, { group: 0, place: 0 });
  assert.deepEqual(
    rows.map((one) => one.expert),
    [0, 1, 2],
  );
});
