import assert from "node:assert/strict";
import { test } from "node:test";
import { slopeLines } from "../../moe_demo/ui/whatif/slope.js";

const NO_BAND = { low: null, high: null };

test("a higher probability stands higher, and equal ones at one height", () => {
  const [a, b] = slopeLines([
    { before: 0.7, after: 0.2, ...NO_BAND },
    { before: 0.3, after: 0.2, ...NO_BAND },
  ]);
  assert.ok(a.before.y < b.before.y);
  assert.equal(a.after.y, b.after.y);
  assert.ok(a.before.y < a.after.y);
});

test("a band reaches from its low to its high end, and there is none without them", () => {
  const [one, other] = slopeLines([
    { before: 0.7, after: 0.5, low: 0.2, high: 0.7 },
    { before: 0.3, after: 0.5, low: null, high: null },
  ]);
  assert.ok(one.band.top < one.after.y && one.after.y < one.band.bottom);
  assert.equal(one.band.top, one.before.y);
  assert.equal(other.band, null);
});

test("labels of ends that lie close are apart, in the order of the ends", () => {
  const lines = slopeLines([
    { before: 0.97, after: 0.34, ...NO_BAND },
    { before: 0.016, after: 0.33, ...NO_BAND },
    { before: 0.014, after: 0.33, ...NO_BAND },
  ]);
  for (const side of ["before", "after"]) {
    const labels = lines.map((line) => line[side].label).sort((x, y) => x - y);
    for (let i = 1; i < labels.length; i += 1) assert.ok(labels[i] - labels[i - 1] >= 20);
  }
  assert.ok(lines[1].before.label < lines[2].before.label);
});
