import assert from "node:assert/strict";
import test from "node:test";

import { StepAxis, indexAt, nearestIndex } from "../../moe_demo/ui/training/axis.js";

/** An axis of a run of `end` steps on pixels 100 to 1100. */
function axisOf(end, log = false) {
  return Object.assign(new StepAxis(), { x0: 100, x1: 1100, end, log });
}

function near(actual, expected) {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

test("a whole axis runs from step 0 to the last step of the run", () => {
  for (const log of [false, true]) {
    const axis = axisOf(1000, log);
    near(axis.x(0), 100);
    near(axis.x(1000), 1100);
    assert.deepEqual(axis.range, [0, 1000]);
    assert.equal(axis.isZoomed, false);
  }
  near(axisOf(1000).x(250), 350);
});

test("a pixel of a step is that step again", () => {
  for (const log of [false, true]) {
    const axis = axisOf(1040, log);
    for (const step of [0, 1, 8, 104, 1040]) near(axis.at(axis.x(step)), step);
    axis.zoom(200, 700);
    for (const step of [200, 333, 700]) near(axis.at(axis.x(step)), step);
  }
});

test("beside the axis is its nearer end", () => {
  const axis = axisOf(1000);
  near(axis.at(-50), 0);
  near(axis.at(5000), 1000);
  assert.equal(axis.clamp(90), 100);
  assert.equal(axis.holds(99), true);
  assert.equal(axis.holds(98), false);
});

test("a logarithmic axis gives the first steps more room", () => {
  assert.ok(axisOf(1000, true).x(10) > axisOf(1000).x(10) + 200);
});

test("a zoom stays within the run and never shows fewer than four steps", () => {
  const axis = axisOf(1000);
  axis.zoom(-20, 300);
  assert.deepEqual(axis.range, [0, 300]);
  axis.zoom(998, 999);
  const [lo, hi] = axis.range;
  near(hi - lo, 4);
  assert.ok(hi <= 1000);
  axis.zoom(0, 1000);
  assert.equal(axis.isZoomed, false);
});

test("zooming around a pixel keeps its step, closer and farther", () => {
  for (const log of [false, true]) {
    const axis = axisOf(1000, log);
    const x = axis.x(400);
    axis.zoomAround(x, 0.8);
    near(axis.x(400), x);
    axis.zoomAround(x, 1.25);
    near(axis.x(400), x);
    near(axis.range[1], 1000);
  }
});

test("ticks are round steps in view, no closer than the gap", () => {
  for (const log of [false, true]) {
    const axis = axisOf(1040, log);
    const ticks = axis.ticks(64);
    assert.ok(ticks.length > 3);
    for (const [i, { step, x }] of ticks.entries()) {
      near(x, axis.x(step));
      assert.ok(Number.isInteger(step) && step <= 1040);
      if (i) assert.ok(x - ticks[i - 1].x >= 64);
    }
  }
  const steps = axisOf(1040).ticks(64);
  assert.deepEqual(
    steps.map(({ step }) => step),
    [0, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000],
  );
});

test("the step at or before another, and the nearest", () => {
  const steps = [0, 8, 104, 624];
  assert.deepEqual(
    [-1, 0, 7, 8, 103, 9999].map((step) => indexAt(steps, step)),
    [-1, 0, 0, 1, 1, 3],
  );
  assert.deepEqual(
    [-5, 3, 5, 56, 57, 9999].map((step) => nearestIndex(steps, step)),
    [0, 0, 1, 1, 2, 3],
  );
  assert.equal(indexAt([], 5), -1);
  assert.equal(nearestIndex([], 5), -1);
});
