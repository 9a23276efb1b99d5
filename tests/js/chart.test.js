import assert from "node:assert/strict";
import test from "node:test";

import { scaled } from "../../moe_demo/ui/kit/chart.js";

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
