import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce } from "../../moe_demo/ui/whatif/at_once.js";
import { slopeLines } from "../../moe_demo/ui/whatif/slope.js";

const NO_BAND = { low: null, high: null };

test("a higher probability stands higher, and equal ones at one height", () => {
  const [a, b] = slopeLines([
    { before: 0.7, after: 0.2, ...NO_BAND },
    { before: 0.3, after: 0.2, ...NO_BAND },
  ]);
  assert.ok(a.before.y < b.before.y);
  assert.equal(a.after.y, b.after.y);
  assert.ok(a.before.y < a.after.y);
});

test("a band reaches from its low to its high end, and there is none without them", () => {
  const [one, other] = slopeLines([
    { before: 0.7, after: 0.5, low: 0.2, high: 0.7 },
    { before: 0.3, after: 0.5, low: null, high: null },
  ]);
  assert.ok(one.band.top < one.after.y && one.after.y < one.band.bottom);
  assert.equal(one.band.top, one.before.y);
  assert.equal(other.band, null);
});

test("labels of ends that lie close are apart, in the order of the ends", () => {
  const lines = slopeLines([
    { before: 0.97, after: 0.34, ...NO_BAND },
    { before: 0.016, after: 0.33, ...NO_BAND },
    { before: 0.014, after: 0.33, ...NO_BAND },
  ]);
  for (const side of ["before", "after"]) {
    const labels = lines.map((line) => line[side].label).sort((x, y) => x - y);
    for (let i = 1; i < labels.length; i += 1) assert.ok(labels[i] - labels[i - 1] >= 20);
  }
  assert.ok(lines[1].before.label < lines[2].before.label);
});

const SEAT = { state: "on", before: 1, after: 1, mine: false, forced: false };
const ANSWER = { before: 0.6, after: 0.6, low: 0.5, high: 0.7 };
const BOARD = {
  act: "off",
  rows: [
    { title: "L0", seats: [SEAT, SEAT], shared: "on" },
    { title: "L1", seats: [SEAT, { ...SEAT, state: "muted" }], shared: "on" },
  ],
  answers: [ANSWER, { ...ANSWER, before: 0.4, after: 0.4 }],
  next: [
    [[0.1, 0.9], null],
    [null, [0.6, 0.4]],
  ],
  luck: "said of the answer before",
};

test("a click on a seat shows its state and its answer before Python does", () => {
  const shown = atOnce(BOARD, { layer: 0, expert: 0 });
  assert.deepEqual(
    shown.rows.map((row) => row.seats.map((seat) => seat.state)),
    [
      ["off", "on"],
      ["on", "muted"],
    ],
  );
  assert.deepEqual(
    shown.answers.map(({ before, after }) => [before, after]),
    [
      [0.6, 0.1],
      [0.4, 0.9],
    ],
  );
  assert.equal(shown.luck, "");
  assert.equal(shown.next, null);
  assert.equal(BOARD.rows[0].seats[0].state, "on");
});

test("a seat that was switched comes back, whatever a click would do to another", () => {
  const shown = atOnce({ ...BOARD, act: "silence" }, { layer: 1, expert: 1 });
  assert.equal(shown.rows[1].seats[1].state, "on");
});

test("an answer that is not known stays until Python says it", () => {
  const shown = atOnce(BOARD, { layer: 0, expert: 1 });
  assert.equal(shown.rows[0].seats[1].state, "off");
  assert.deepEqual(
    shown.answers.map(({ after }) => after),
    [0.6, 0.4],
  );
  assert.equal(atOnce({ ...BOARD, answers: null, next: null }, { layer: 0, expert: 1 }).answers, null);
});

test("what is no switch of an expert is left to Python", () => {
  assert.equal(atOnce(BOARD, { layer: 0 }), null);
  assert.equal(atOnce(BOARD, { act: "silence" }), null);
  assert.equal(atOnce(BOARD, { force: 1, layer: 0, expert: 1 }), null);
  assert.equal(atOnce({ ...BOARD, act: "bias" }, { layer: 0, expert: 1 }), null);
});
