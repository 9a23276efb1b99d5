import assert from "node:assert/strict";
import test from "node:test";

import { arrowPath } from "../../moe_demo/ui/training/stages/bias.js";
import { HEIGHT, batchLines, columnsFor, crowdHeight } from "../../moe_demo/ui/training/stages/layout.js";
import { fairKind, wordKind } from "../../moe_demo/ui/training/stages/marks.js";

const SIZES = [
  [3, 3],
  [8, 2],
  [16, 4],
  [64, 8],
].flatMap(([n, size]) => [560, 900, 1400].map((width) => ({ n, size, width })));

test("every expert has a column of its own between the gutters", () => {
  for (const { n, size, width } of SIZES) {
    const columns = columnsFor(n, size, width);
    const xs = Array.from({ length: n }, (_, e) => columns.x(e));
    assert.ok(xs[0] - columns.cell / 2 >= columns.left - 1e-9);
    assert.ok(columns.right <= width - 64 + 1e-9);
    for (let e = 1; e < n; e += 1) assert.ok(xs[e] - xs[e - 1] >= columns.cell - 1e-9);
  }
});

test("groups are set apart, experts of a group are not", () => {
  const { x, cell } = columnsFor(16, 4, 1000);
  assert.ok(Math.abs(x(1) - x(0) - cell) < 1e-9);
  assert.ok(Math.abs(x(4) - x(3) - cell - 8) < 1e-9);
});

test("lines of a batch fill four columns and stay above the legend", () => {
  for (const n of [3, 8, 33, 64]) {
    const { at, height, width, square } = batchLines(n, 12, 800);
    const places = Array.from({ length: n }, (_, place) => at(place));
    assert.equal(new Set(places.map(({ x, y }) => `${x} ${y}`)).size, n);
    assert.ok(Math.max(...places.map(({ y }) => y)) + height <= HEIGHT - 34 + 1e-9);
    assert.ok(26 + 12 * (square + 2) <= width);
  }
});

test("marks next to each other in a crowd have other heights", () => {
  for (let place = 0; place < 40; place += 1) {
    assert.notEqual(crowdHeight(place), crowdHeight(place + 1));
    assert.equal(crowdHeight(place), crowdHeight(place + 7));
  }
});

test("a word that is silenced is silenced, whether or not its row was hidden too; one left out is nothing else", () => {
  const headline = {
    hidden: [false, true, true, false, false],
    silenced: [false, false, true, true, false],
    left_out: [false, false, false, false, true],
  };
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => wordKind(headline, i)),
    ["whole", "hidden", "silenced", "silenced", "left_out"],
  );
});

test("less than the fair share is below, the fair share itself is not", () => {
  assert.deepEqual([0.99, 1, 1.01].map(fairKind), ["below", "above", "above"]);
});

test("an arrow points the way the bias went", () => {
  assert.match(arrowPath(10, "up"), /^M10,148 l8,14/);
  assert.match(arrowPath(10, "down"), /^M10,162 l8,-14/);
  assert.match(arrowPath(10, "rest"), /h14/);
});
