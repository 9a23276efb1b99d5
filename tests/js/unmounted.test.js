import assert from "node:assert/strict";
import test from "node:test";

import { unmounted } from "../../moe_demo/ui/kit/unmounted.js";

test("an overtaken call leaves nothing; the picture is left once it is off the page", () => {
  const node = { isConnected: true };
  let left = 0;
  const end = unmounted(/** @type {Node} */ (node), () => (left += 1));
  end();
  assert.equal(left, 0);
  node.isConnected = false;
  end();
  assert.equal(left, 1);
});
