import assert from "node:assert/strict";
import test from "node:test";

import { spread } from "../../moe_demo/ui/kit/spread.js";

/** Least distance between any two places. */
function least(places) {
  const order = [...places].sort((a, b) => a - b);
  return Math.min(...order.slice(1).map((place, i) => place - order[i]));
}

test("labels that are far enough apart stay where they are", () => {
  assert.deepEqual(spread([10, 40, 25], 15), [10, 40, 25]);
  assert.deepEqual(spread([], 15), []);
});

test("labels that end together are moved apart, in the order of their lines", () => {
  assert.deepEqual(spread([10, 10, 10], 15), [10, 25, 40]);
  assert.deepEqual(spread([12, 10], 15), [25, 10]);
});

test("both ends are kept, and nothing comes closer for it", () => {
  const places = spread([0, 1, 98, 99, 100], 14, { low: 4, high: 96 });
  assert.ok(Math.min(...places) >= 4 - 1e-9);
  assert.ok(Math.max(...places) <= 96);
  assert.ok(least(places) >= 14 - 1e-9);
});

test("what is asked for is not changed", () => {
  const wanted = [3, 2, 1];
  spread(wanted, 10);
  assert.deepEqual(wanted, [3, 2, 1]);
});
