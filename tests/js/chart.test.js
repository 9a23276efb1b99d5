import assert from "node:assert/strict";
import test from "node:test";

import { askedAt, pickedAt, scaled } from "../../moe_demo/ui/kit/chart.js";

test("on a projector type, margins and height of a figure grow, values and shares do not", () => {
  const layout = {
    height: 300,
    font: { size: 14, family: "x" },
    margin: { l: 8, t: 36 },
    xaxis: { domain: [0, 0.5], range: [0, 10], tickfont: { size: 12 } },
    annotations: [{ x: 3, font: { size: 10 }, yshift: 4 }],
  };
  assert.deepEqual(scaled(layout, 1.5), {
    height: 450,
    font: { size: 21, family: "x" },
    margin: { l: 12, t: 54 },
    xaxis: { domain: [0, 0.5], range: [0, 10], tickfont: { size: 18 } },
    annotations: [{ x: 3, font: { size: 15 }, yshift: 6 }],
  });
});

test("a click on a chart asks for the number that its trace says it shows, at the place of the point", () => {
  const cells = { meta: { why: "lift-{x}", expert: /** @type {const} */ ("y") } };
  assert.deepEqual(askedAt({ x: 2, y: 7, data: cells }), { why: "lift-2", expert: 7 });
  assert.deepEqual(askedAt({ x: 1, y: 0, data: { meta: { why: "accuracy" } } }), { why: "accuracy" });
  assert.equal(askedAt({ x: 1, y: 0, data: {} }), null);
});

test("a point of a curve asks by its step, wherever on its axis it stands, and for the layer of its line", () => {
  const data = { meta: { why: "eval_max_vio-0-{at}", layer: 1 } };
  assert.deepEqual(askedAt({ x: 1, y: 0.3, customdata: [0], data }), { why: "eval_max_vio-0-0", layer: 1 });
  assert.equal(askedAt({ x: 9, y: 0.3, customdata: [], data }), null);
});

test("a click picks what a point stands for, where its trace lets it", () => {
  const data = { meta: { picks: true } };
  assert.deepEqual(pickedAt({ customdata: [1, 3], data }), { point: [1, 3] });
  assert.equal(pickedAt({ customdata: [1, 3], data: {} }), null);
  assert.equal(pickedAt({ data }), null);
  assert.equal(askedAt({ x: 1, y: 0, data }), null);
});
