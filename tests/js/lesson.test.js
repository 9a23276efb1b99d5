import assert from "node:assert/strict";
import { test } from "node:test";

import { elapsed } from "../../moe_demo/ui/frame/notes_window.js";

test("time is told in minutes and seconds", () => {
  assert.equal(elapsed(0), "0:00");
  assert.equal(elapsed(61_999), "1:01");
  assert.equal(elapsed(-5), "0:00");
  assert.equal(elapsed(45 * 60_000), "45:00");
});
