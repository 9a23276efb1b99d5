import assert from "node:assert/strict";
import test from "node:test";

import { RULER, bandAt, bandLayout, expertsBand } from "../../moe_demo/ui/training/layout.js";

const SIZES = [1, 2].flatMap((runs) =>
  [0, 1, 7, 24].flatMap((words) => [440, 600, 780].map((height) => ({ width: 1300, height, runs, words }))),
);

test("bands follow each other from the ruler to the foot without a gap", () => {
  for (const size of SIZES) {
    const { bands, height } = bandLayout(size);
    const order = Object.values(bands);
    assert.equal(order[0].head, RULER);
    for (const [i, band] of order.entries()) {
      assert.ok(band.y > band.head && band.h > 0);
      if (i) assert.equal(band.head, order[i - 1].y + order[i - 1].h);
    }
    assert.equal(height, order.at(-1).y + order.at(-1).h + 6);
  }
});

test("a run has a band for its experts, and two runs have bands of one height", () => {
  const { bands } = bandLayout({ width: 1300, height: 700, runs: 2, words: 8 });
  assert.deepEqual(Object.keys(bands), ["loss", "accuracy", "experts0", "experts1", "routes"]);
  assert.equal(bands[expertsBand(0)].h, bands[expertsBand(1)].h);
});

test("where there is room, the picture takes the height it is given", () => {
  const { height } = bandLayout({ width: 1300, height: 700, runs: 1, words: 8 });
  assert.ok(Math.abs(height - 700) <= 1);
});

test("all words have rows of one height that fill their band", () => {
  for (const size of SIZES.filter(({ words }) => words)) {
    const { bands, row } = bandLayout(size);
    assert.ok(Math.abs(row * size.words - bands.routes.h) < 1e-9);
    assert.ok(row >= (size.runs > 1 ? 17 : 12.5));
  }
});

test("the gutters are left free", () => {
  const { x0, x1 } = bandLayout({ width: 1300, height: 700, runs: 1, words: 8 });
  assert.deepEqual([x0, x1], [84, 1172]);
});

test("a height belongs to one band, and a head to none", () => {
  const layout = bandLayout({ width: 1300, height: 700, runs: 1, words: 8 });
  for (const [name, { head, y, h }] of Object.entries(layout.bands)) {
    assert.equal(bandAt(layout, y), name);
    assert.equal(bandAt(layout, y + h - 0.5), name);
    assert.equal(bandAt(layout, head), null);
  }
  assert.equal(bandAt(layout, RULER / 2), null);
});
