import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { deflateSync } from "node:zlib";

import { isHere, parts, unpacked } from "../../moe_demo/ui/kit/packed.js";

afterEach(() => delete globalThis.location);

test("what Python has packed comes apart into the address and the data", async () => {
  const data = { picture: "start/picture", data: { word: "火箭" } };
  const bytes = Buffer.concat([
    Buffer.from('{"s":"火箭夺冠\\u0000"}\0'),
    deflateSync(JSON.stringify(data)), // which holds zero bytes too
  ]);
  const { address, body } = parts(new Uint8Array(bytes));
  assert.deepEqual(address, { s: "火箭夺冠\0" });
  assert.deepEqual(await unpacked(body), data);
});

const ADDRESSES = [
  ["", {}, true],
  ["?t=1&s=%E7%81%AB%E7%AE%AD+x", { s: "火箭 x", t: "1" }, true],
  ["?t=1&t=2", { t: "2" }, true],
  ["?embed=true&embed_options=dark_theme&t=1", { t: "1" }, true],
  ["?t=1", { t: "2" }, false],
  ["?t=1&l=1", { t: "1" }, false],
  ["", { t: "1" }, false],
];
for (const [search, address, expected] of ADDRESSES) {
  test(`the browser at "${search}" ${expected ? "is" : "is not"} at ${JSON.stringify(address)}`, () => {
    globalThis.location = { search };
    assert.equal(isHere(address), expected);
  });
}
