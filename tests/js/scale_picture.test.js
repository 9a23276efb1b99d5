import assert from "node:assert/strict";
import test from "node:test";

import { cardAfter, squares } from "../../moe_demo/ui/scale/picture.js";

test("there is one square for each expert, none on another", () => {
  const drawn = squares(0, 385, 5);
  const starts = drawn.match(/M[\d.]+ [\d.]+/g);
  assert.equal(starts.length, 385);
  assert.equal(new Set(starts).size, 385);
});

test("squares that are lit and those that are not fill the places of a layer", () => {
  const places = (path) => path.match(/M[\d.]+ [\d.]+/g) ?? [];
  const all = places(squares(0, 256, 5));
  assert.deepEqual([...places(squares(0, 8, 5)), ...places(squares(8, 248, 5))], all);
  assert.equal(squares(0, 0, 5), "");
});

test("a row ends at the edge of the picture", () => {
  const starts = squares(0, 50, 5, 24).match(/M[\d.]+ /g);
  assert.ok(starts.every((start) => Number(start.slice(1)) < 24 * 7));
  assert.equal(starts[0], starts[24]);
});

test("arrows go from card to card and stop at the ends", () => {
  assert.equal(cardAfter("ArrowRight", 0, 8), 1);
  assert.equal(cardAfter("ArrowRight", 7, 8), 7);
  assert.equal(cardAfter("ArrowLeft", 0, 8), 0);
  assert.equal(cardAfter("Home", 5, 8), 0);
  assert.equal(cardAfter("End", 5, 8), 7);
});
