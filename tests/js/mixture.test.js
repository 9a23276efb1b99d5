import assert from "node:assert/strict";
import test from "node:test";

import { barOf } from "../../moe_demo/ui/mixture/waterfall.js";

test("a bar of a waterfall reaches from where the sum stood to where it stands", () => {
  const ends = [-1, 3];
  assert.deepEqual(barOf(0, 1, ends), { left: 25, width: 25 });
  assert.deepEqual(barOf(1, -2, ends), { left: 0, width: 50 });
  assert.deepEqual(barOf(3, 0, ends), { left: 100, width: 0 });
});
