import assert from "node:assert/strict";
import { test } from "node:test";
import { slopeLines } from "../../moe_demo/ui/whatif/slope.js";

test("a higher probability stands higher, and equal ones at one height", () => {
  const [a, b] = slopeLines([
    { before: 0.7, after: 0.2 },
    { before: 0.3, after: 0.2 },
  ]);
  assert.ok(a.before.y < b.before.y);
  assert.equal(a.after.y, b.after.y);
  assert.ok(a.before.y < a.after.y);
});

test("labels of ends that lie close are apart, in the order of the ends", () => {
  const lines = slopeLines([
    { before: 0.97, after: 0.34 },
    { before: 0.016, after: 0.33 },
    { before: 0.014, after: 0.33 },
  ]);
  for (const side of ["before", "after"]) {
    const labels = lines.map((line) => line[side].label).sort((x, y) => x - y);
    for (let i = 1; i < labels.length; i += 1) assert.ok(labels[i] - labels[i - 1] >= 20);
  }
  assert.ok(lines[1].before.label < lines[2].before.label);
});
