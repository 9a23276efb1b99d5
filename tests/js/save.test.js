import assert from "node:assert/strict";
import { test } from "node:test";

import { fileName, gradientStops, lineBreaks, number } from "../../moe_demo/ui/kit/svg_parts.js";

test("a text falls into lines where its characters stand lower", () => {
  assert.deepEqual(lineBreaks([10, 10, 10.2, 30, 30]), [
    [0, 3],
    [3, 5],
  ]);
});

test("a character that is not drawn stays with the line before it, and none begins a text", () => {
  assert.deepEqual(lineBreaks([undefined, 10, undefined, 30]), [
    [1, 3],
    [3, 4],
  ]);
  assert.deepEqual(lineBreaks([undefined]), []);
});

test("a ramp from left to right is known by its colours, evenly apart where nothing else is said", () => {
  assert.deepEqual(gradientStops("linear-gradient(to right, rgb(1, 2, 3), rgb(4, 5, 6) 40%, red)"), [
    { offset: 0, colour: "rgb(1, 2, 3)" },
    { offset: 0.4, colour: "rgb(4, 5, 6)" },
    { offset: 1, colour: "red" },
  ]);
  assert.deepEqual(gradientStops("repeating-linear-gradient(45deg, red, blue)"), []);
  assert.deepEqual(gradientStops("none"), []);
});

test("a file is named after its page, and places have two decimals", () => {
  assert.equal(fileName("whatif/picture", "png"), "whatif.png");
  assert.equal(number(1.23456), 1.23);
});
