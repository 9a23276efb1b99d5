import assert from "node:assert/strict";
import { test } from "node:test";

import { Told } from "../../moe_demo/ui/training/told.js";

test("an answer to an earlier choice is older, the awaited one is not, and after it nothing is", () => {
  const told = new Told();
  assert.equal(told.isOlder(3, 9), false);
  told.tell(5);
  told.tell(7);
  assert.equal(told.isOlder(5, 9), true);
  assert.equal(told.isOlder(null, 9), true);
  assert.equal(told.isOlder(7, 9), false);
  assert.equal(told.isOlder(3, 9), false);
});

test("no step means the newest one", () => {
  const told = new Told();
  told.tell(9);
  assert.equal(told.isOlder(null, 9), false);
});
