import assert from "node:assert/strict";
import test from "node:test";

import { SCORE, columnIds, rowTops, scoreLayout } from "../../moe_demo/ui/router/geometry.js";
import { span } from "../../moe_demo/ui/kit/scale.js";
import { pieces } from "../../moe_demo/ui/kit/text.js";

const NEAR = 1e-9;

function shape(n = 16, groups = 4) {
  const size = n / groups;
  return {
    rows: Array.from({ length: n }, (_, e) => ({ e })),
    groups:
      groups < 2
        ? []
        : Array.from({ length: groups }, (_, g) => ({
            members: Array.from({ length: size }, (_m, i) => g * size + i),
          })),
    order: Array.from({ length: n }, (_, place) => (place * 7) % n),
    top_k: 4,
    scales: { logit: 3, score: 1, bias: 0.1, choice: [-0.25, 1], gate: 1 },
  };
}

const SHAPES = [shape(), shape(64, 8), shape(3, 1)];

test("columns stand side by side and fill the width", () => {
  for (const data of SHAPES) {
    const { columns, width } = scoreLayout(data, 1100, 500);
    let x = SCORE.label;
    for (const id of columnIds(data)) {
      assert.ok(Math.abs(columns[id].x - x) < NEAR, id);
      x += columns[id].w;
    }
    assert.ok(Math.abs(x - width) < NEAR);
  }
});

test("without groups there is no column of groups", () => {
  assert.ok(!columnIds(shape(3, 1)).includes("group"));
  assert.ok(columnIds(shape()).includes("group"));
});

test("bars and numbers stay in their column, and no bar runs into its number", () => {
  for (const data of SHAPES) {
    const { columns } = scoreLayout(data, 740, 500);
    for (const id of columnIds(data)) {
      const { x, w, bar, barW, number } = columns[id];
      if (id === "group") continue;
      assert.ok(bar >= x && barW > 0 && number <= x + w);
      assert.ok(bar + barW <= number - SCORE.number + SCORE.pad);
    }
  }
});

test("bars start at the zero of their scale, to the right where positive and to the left where negative", () => {
  const { scales } = scoreLayout(shape(), 1100, 500);
  for (const scale of Object.values(scales)) {
    assert.equal(span(scale, 0).width, 0);
    assert.equal(span(scale, 0.05).x, scale(0));
  }
  const { x, width } = span(scales.bias, -0.05);
  assert.ok(Math.abs(x + width - scales.bias(0)) < NEAR);
});

test("the ends of a scale are the ends of its bars", () => {
  const { columns, scales } = scoreLayout(shape(), 1100, 500);
  assert.ok(Math.abs(scales.choice(-0.25) - columns.choice.bar) < NEAR);
  assert.ok(Math.abs(scales.choice(1) - columns.choice.bar - columns.choice.barW) < NEAR);
});

test("rows never overlap and stay inside the picture, in their own order or sorted", () => {
  for (const data of SHAPES) {
    const layout = scoreLayout(data, 1100, 400);
    for (const isSorted of [false, true]) {
      const tops = rowTops(data, layout, isSorted).sort((a, b) => a - b);
      assert.ok(tops[0] >= SCORE.head);
      tops.forEach((top, i) => assert.ok(i === 0 || top - tops[i - 1] >= layout.row - NEAR));
      assert.ok(tops.at(-1) + layout.row <= layout.height + NEAR);
    }
  }
});

test("sorted rows stand by choice score, the chosen ones above the cut", () => {
  const data = shape();
  const tops = rowTops(data, scoreLayout(data, 1100, 500), true);
  const places = data.order.map((e) => tops[e]);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
  assert.ok(places[4] - places[3] > places[3] - places[2]);
});

test("a number that a sentence has twice stands in it twice", () => {
  let made = 0;
  const written = pieces("{a} + {b} = {a}", { a: () => `a${(made += 1)}`, b: "2" });
  assert.deepEqual(written, ["a1", " + ", "2", " = ", "a2"]);
});

test("a placeholder without a value stays, and a list of pieces is laid out in its place", () => {
  assert.deepEqual(pieces("{x}: {y}", { x: ["(", "p", ")"] }), ["(", "p", ")", ": ", "{y}"]);
});
