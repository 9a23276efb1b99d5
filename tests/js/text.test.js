import assert from "node:assert/strict";
import test from "node:test";

import { fill, shortened } from "../../moe_demo/ui/kit/text.js";

/** A type in which every character is one wide, however many code units it takes. */
const count = (text) => Array.from(text).length;

test("a text that fits stays as it is", () => {
  assert.equal(shortened("苹果", 2, count), "苹果");
});

test("a shortened text is never wider than asked, the mark included", () => {
  for (let room = 2; room < 12; room += 1) {
    assert.ok(count(shortened("苹果公司发布了最新的iPhone", room, count)) <= room);
  }
  assert.equal(shortened("苹果公司", 3, count), "苹果…");
});

test("a shortened text keeps whole characters, those outside the first plane too", () => {
  assert.equal(shortened("𠮷𠮷𠮷𠮷", 3, count), "𠮷𠮷…");
});

test("where nothing fits, one character stays", () => {
  assert.equal(shortened("苹果", 0, count), "苹…");
});

test("placeholders are filled, those without a value stay", () => {
  assert.equal(fill("E{expert}: {gate}, {other}", { expert: 3, gate: 0.5 }), "E3: 0.5, {other}");
});
