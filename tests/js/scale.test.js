import assert from "node:assert/strict";
import test from "node:test";

import { pathOf, linear, roundEnd, roundNumbers, roundStep, signedBar } from "../../moe_demo/ui/kit/scale.js";

test("a linear scale takes its ends to its ends and its middle to its middle", () => {
  const x = linear(-2, 2, 100, 300);
  assert.deepEqual([-2, 0, 2].map(x), [100, 200, 300]);
});

test("a scale without a span gives no NaN", () => {
  assert.equal(linear(1, 1, 10, 20)(1), 10);
});

test("a round step is 1, 2 or 5 times a power of ten and never below what is asked", () => {
  for (const least of [0.0011, 0.03, 0.7, 1, 4.2, 99, 12345]) {
    const step = roundStep(least);
    assert.ok(step >= least * 0.999);
    assert.match(String(Number(step.toPrecision(6))).replace(/[0.]/g, ""), /^[125]$/);
  }
});

test("round numbers lie between the ends, both included where they are round", () => {
  assert.deepEqual(roundNumbers(0, 100, 5), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(roundNumbers(3, 11, 4), [4, 6, 8, 10]);
});

test("what is counted has no mark between whole numbers", () => {
  assert.deepEqual(roundNumbers(0, 3, 10, { leastStep: 1 }), [0, 1, 2, 3]);
});

test("the end of an axis is not below its greatest value, and not far above it", () => {
  for (const value of [0.012, 0.9, 1, 1.01, 7.4, 88, 1234]) {
    assert.ok(roundEnd(value) >= value * (1 - 1e-9));
    assert.ok(roundEnd(value) <= value * 2);
  }
});

test("a path goes through its points", () => {
  assert.equal(
    pathOf([
      [0, 1],
      [2.55, 3],
    ]),
    "M0.0,1.0L2.5,3.0",
  );
});

test("a signed bar grows from the middle of its box to its ends", () => {
  assert.deepEqual(signedBar(0, 2, 70), { left: 35, width: 0 });
  assert.deepEqual(signedBar(2, 2, 70), { left: 35, width: 35 });
  assert.deepEqual(signedBar(-2, 2, 70), { left: 0, width: 35 });
  assert.deepEqual(signedBar(1, 2, 70), { left: 35, width: 17.5 });
});
