import assert from "node:assert/strict";
import test from "node:test";

import { StepAxis } from "../../moe_demo/ui/training/axis.js";
import { pixelsOf } from "../../moe_demo/ui/training/heatmap.js";
import {
  deadSpans,
  endOf,
  heightOf,
  inView,
  pointsOf,
  rowNames,
  topOf,
} from "../../moe_demo/ui/training/points.js";

const BAND = { y: 50, h: 100 };
const STEPS = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

function axisOf(lo = null, hi = null) {
  return Object.assign(new StepAxis(), { x0: 0, x1: 1000, end: 100, lo, hi });
}

test("of a zoomed curve only the steps in view are drawn, and one more at each side", () => {
  assert.deepEqual(inView(STEPS, axisOf()), [0, 11]);
  assert.deepEqual(inView(STEPS, axisOf(25, 55)), [2, 7]);
  assert.deepEqual(inView([], axisOf()), [0, 0]);
});

test("a value stands on a y axis from the foot of its band", () => {
  assert.equal(heightOf(BAND, 0), 150);
  assert.equal(heightOf(BAND, 1), 50);
  const { xs, ys, from } = pointsOf(axisOf(), BAND, 4, { steps: [0, 50, 100], values: [4, null, 1] });
  assert.deepEqual({ xs, ys, from }, { xs: [0, 500, 1000], ys: [50, null, 125], from: 0 });
});

test("the top of an axis is above every value in view; of noisy lines a few outliers stay out", () => {
  const values = STEPS.map((_step, i) => (i === 3 ? 100 : 1));
  const line = { steps: STEPS, values };
  assert.ok(topOf(axisOf(), [line]) > 100);
  assert.ok(topOf(axisOf(60, 100), [line]) < 2);
  const steps = Array.from({ length: 101 }, (_, i) => i);
  const noisy = { steps, values: steps.map((step) => (step === 7 ? 100 : 1)), isNoisy: true };
  assert.ok(topOf(axisOf(), [noisy]) < 2);
  assert.equal(topOf(axisOf(), []), 1);
});

test("a line is named at its last value", () => {
  const values = STEPS.map((step) => (step > 70 ? null : step));
  const points = pointsOf(axisOf(), BAND, 100, { steps: STEPS, values });
  assert.deepEqual(endOf(axisOf(), BAND, points, values), { x: 700, y: 80, value: 70 });
});

test("a line that goes on is named where it leaves the picture", () => {
  const axis = axisOf(0, 45);
  const points = pointsOf(axis, BAND, 100, { steps: STEPS, values: STEPS });
  const end = endOf(axis, BAND, points, STEPS);
  assert.equal(end.x, 1000);
  assert.ok(Math.abs(end.y - heightOf(BAND, 0.45)) < 1e-9);
  assert.equal(end.value, 40);
});

test("a line that is not in view has no name", () => {
  const axis = axisOf(50, 90);
  const short = { steps: [0, 10, 20], values: [1, 2, 3] };
  assert.equal(endOf(axis, BAND, pointsOf(axis, BAND, 4, short), short.values), null);
  const none = { steps: [60, 70], values: [null, null] };
  assert.equal(endOf(axis, BAND, pointsOf(axis, BAND, 4, none), none.values), null);
});

test("dead spans are the longest runs below the bound; what is unknown is not dead", () => {
  assert.deepEqual(deadSpans([0.01, 0, 1, 0.02, null, 0], 0.05), [
    [0, 2],
    [3, 4],
    [5, 6],
  ]);
  assert.deepEqual(deadSpans([1, 0.05], 0.05), []);
});

test("names of rows keep a readable size and skip rows that are too low", () => {
  assert.deepEqual(rowNames(20), { size: 12, every: 1 });
  assert.deepEqual(rowNames(4), { size: 9, every: 3 });
});

test("every column of pixels of a heatmap shows the record at or before it", () => {
  const { left, width, places } = pixelsOf(axisOf(), STEPS);
  assert.deepEqual([left, width], [0, 1000]);
  assert.deepEqual([places[0], places[98], places[99], places.at(-1)], [0, 0, 1, 10]);
  for (let px = 1; px < width; px += 1) assert.ok(places[px] >= places[px - 1]);
  assert.equal(pixelsOf(axisOf(), []), null);
  assert.equal(pixelsOf(axisOf(200, 300), STEPS), null);
});
