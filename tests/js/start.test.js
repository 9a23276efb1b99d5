import assert from "node:assert/strict";
import test from "node:test";

import { standing } from "../../moe_demo/ui/start/playback.js";
import { counted, flowLayout, ribbonPlaces, verdictLine } from "../../moe_demo/ui/start/geometry.js";

const measure = (size) => (text) => Array.from(text).length * size;
const NEAR = 1e-9;

function shape({ tokens = 6, experts = 16, groups = 4, shared = 1 } = {}) {
  return {
    tokens: Array.from({ length: tokens }, () => ({ text: "苹果公司", gloss: "", known: true })),
    experts: Array.from({ length: experts }, (_, e) => ({ label: `E${e}` })),
    groups,
    shared: Array.from({ length: shared }, (_, i) => `S${i}`),
  };
}

const SHAPES = [
  shape(),
  shape({ tokens: 1 }),
  shape({ tokens: 64 }),
  shape({ experts: 3, groups: 1, shared: 0 }),
];

test("every word and every seat stands inside the picture, in order and without overlap", () => {
  for (const data of SHAPES) {
    for (const width of [900, 1380]) {
      const layout = flowLayout(data, width, 480, measure);
      for (const places of [layout.tokens, layout.seats]) {
        places.forEach((place, i) => {
          assert.ok(place.top >= -NEAR && place.top + place.height <= layout.top + layout.height + NEAR);
          assert.ok(Math.abs(place.top + place.height / 2 - place.y) < NEAR);
          if (i) assert.ok(place.top >= places[i - 1].top + places[i - 1].height - NEAR);
        });
      }
    }
  }
});

test("columns follow each other from left to right and end inside the width", () => {
  for (const data of SHAPES) {
    const { tokenX, tokenWidth, seatX, wordsX, wordsWidth, seatsEnd, resultX, resultWidth, width } =
      flowLayout(data, 1280, 480, measure);
    const order = [0, tokenX, tokenX + tokenWidth, seatX, wordsX, wordsX + wordsWidth, seatsEnd, resultX];
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.ok(resultX + resultWidth <= width + NEAR);
  }
});

test("seats stay on the first screen however many words there are", () => {
  const few = flowLayout(shape({ tokens: 6 }), 1280, 480, measure);
  const many = flowLayout(shape({ tokens: 64 }), 1280, 480, measure);
  for (const { seats, band } of [few, many]) {
    assert.ok(seats.every(({ top, height }) => top >= 0 && top + height <= 480));
    assert.ok(band.y + band.height <= 480, "the shared experts too");
  }
  assert.ok(many.height > few.height);
});

test("the shared experts have a band below everything, and where there are none the picture ends", () => {
  const layout = flowLayout(shape(), 1280, 480, measure);
  assert.ok(layout.band.y >= layout.height);
  assert.ok(layout.band.y + layout.band.height <= layout.total);
  const bare = flowLayout(shape({ shared: 0 }), 1280, 480, measure);
  assert.equal(bare.total, bare.height + 1);
});

const LAYER = {
  experts: [
    [0, 5],
    [5, 2],
    [5, 1],
  ],
  gates: [
    [0.75, 0.25],
    [0.6, 0.4],
    [0.5, 0.5],
  ],
};

test("there is one ribbon an assignment, and twice the gate is twice the width", () => {
  const layout = flowLayout(shape({ tokens: 3 }), 1280, 480, measure);
  const ribbons = ribbonPlaces(LAYER, layout);
  assert.deepEqual(
    ribbons.map(({ t, e }) => [t, e]),
    LAYER.experts.flatMap((experts, t) => experts.map((e) => [t, e])),
  );
  assert.ok(Math.abs(ribbons[0].width / ribbons[1].width - 3) < NEAR);
  assert.ok(ribbons.every(({ path }) => path.startsWith("M") && !path.includes("NaN")));
});

test("the ribbons of a word leave it side by side, centred on it and no higher than its row", () => {
  const layout = flowLayout(shape({ tokens: 3 }), 1280, 480, measure);
  const ribbons = ribbonPlaces(LAYER, layout);
  layout.tokens.forEach(({ y }, t) => {
    const ends = ribbons.filter((ribbon) => ribbon.t === t).sort((a, b) => a.from - b.from);
    const top = ends[0].from - ends[0].width / 2;
    const bottom = ends[1].from + ends[1].width / 2;
    assert.ok(Math.abs((top + bottom) / 2 - y) < NEAR);
    assert.ok(Math.abs(ends[1].from - ends[0].from - (ends[0].width + ends[1].width) / 2) < NEAR);
    assert.ok(bottom - top <= layout.tokenRow);
  });
});

test("where many ribbons reach one expert they are pressed together inside its seat", () => {
  const layout = flowLayout(shape({ tokens: 40 }), 1280, 480, measure);
  const crowd = { experts: Array(40).fill([7]), gates: Array(40).fill([1]) };
  const { y, height } = layout.seats[7];
  for (const { to } of ribbonPlaces(crowd, layout)) assert.ok(Math.abs(to - y) <= height / 2);
});

test("a repeated word is counted once", () => {
  assert.equal(counted(["苹果", "的", "的", "的"]), "苹果 · 的 ×3");
  assert.equal(counted([]), "");
});

test("words go through one layer after the other, and arrive at the average in the last one only", () => {
  assert.equal(standing(Infinity, 3, 2), null);
  const course = [0, 1, 2, 3, 4, 5, 6].map((sent) => standing(sent, 3, 2));
  assert.deepEqual(
    course.map(({ layer, words, arrived }) => [layer, words, arrived]),
    [
      [0, 0, 0],
      [0, 1, 0],
      [0, 2, 0],
      [0, 3, 0],
      [1, 1, 1],
      [1, 2, 2],
      [1, 3, 3],
    ],
  );
});

test("a class never runs into its probability, and is shortened only where the smallest type is too wide", () => {
  const apart = (word, width) => {
    const line = verdictLine(word, "41.8%", width, true, measure);
    const taken = (1.5 + 0.6) * line.size + (line.word.length + 5) * line.size * 1.07;
    return { ...line, isApart: taken <= width + NEAR };
  };
  assert.deepEqual(apart("tech", 300), { size: 23, word: "tech", isApart: true });
  for (const width of [248, 300, 360]) assert.ok(apart("entertainment", width).isApart, `${width}`);
  assert.ok(apart("entertainment", 360).size < 23);
  assert.equal(apart("entertainment", 360).word, "entertainment");
  assert.equal(apart("entertainment", 248).size, 16);
});
