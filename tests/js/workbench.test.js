import assert from "node:assert/strict";
import { test } from "node:test";

import { barParts, vioEnd } from "../../moe_demo/ui/workbench/bars.js";

test("all runs have one scale of MaxVio, which ends at the largest value", () => {
  const row = (...values) => ({ vio: values.map((value) => ({ value })), floor: 0.03 });
  assert.equal(vioEnd([row(0.1, 0.2), row()]), 0.5);
  assert.equal(vioEnd([row(0.1), row(2.4, 1)]), 2.4);
});

test("a bar and its tick stay on the track", () => {
  assert.deepEqual(barParts(0.25, 0.5), { width: "25%", tick: "50%" });
  assert.deepEqual(barParts(1.5, null), { width: "100%", tick: null });
});
