import assert from "node:assert/strict";
import test from "node:test";

import { pushOf } from "../../moe_demo/ui/balance/headline_map.js";
import {
  CARD,
  axisOf,
  comparisonLayout,
  heightIn,
  letterHeights,
  roundSteps,
  spotAt,
} from "../../moe_demo/ui/balance/layout.js";
import { lookedWords } from "../../moe_demo/ui/balance/words.js";

const RUNS = [{ steps: [0, 8, 104] }, { steps: [0, 8] }, { steps: [0, 16, 104] }];
const DATA = { runs: RUNS, n_layers: 2, n_experts: 16 };
const LAYOUT = comparisonLayout(DATA, 1300, 500);

function near(actual, expected) {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
}

test("all steps at which a run was evaluated stand in order, at one distance", () => {
  assert.deepEqual(LAYOUT.steps, [0, 8, 16, 104]);
  near(LAYOUT.x(0), LAYOUT.x0);
  near(LAYOUT.x(3), LAYOUT.x1);
  near(LAYOUT.x(2) - LAYOUT.x(1), LAYOUT.x(1) - LAYOUT.x(0));
});

test("the cards fill the room right of the curves, one beside the other", () => {
  for (let run = 1; run < RUNS.length; run += 1) {
    near(LAYOUT.card(run) - LAYOUT.card(run - 1), LAYOUT.cardWidth + 12);
  }
  near(LAYOUT.card(RUNS.length - 1) + LAYOUT.cardWidth, 1300 - 7);
  assert.ok(LAYOUT.card(0) > LAYOUT.x1 + 30);
});

test("the load of the last layer ends above the foot of its card", () => {
  near(LAYOUT.heatTop(1) + LAYOUT.heatHeight, 500 - CARD.foot);
  near(LAYOUT.row * 16, LAYOUT.heatHeight);
  near(LAYOUT.cell * LAYOUT.n, LAYOUT.cardWidth);
});

test("on a phone the cards stand below the curves, one below the other, as wide as the window", () => {
  const phone = comparisonLayout(DATA, 360, 500);
  near(phone.x1, 360 - 40);
  near(phone.card(0) + phone.cardWidth, 360 - 7);
  assert.ok(phone.cardTop(0) >= phone.curvesHeight);
  for (let run = 0; run < RUNS.length; run += 1) {
    const next = run + 1 < RUNS.length ? phone.cardTop(run + 1) : phone.height;
    near(phone.card(run), phone.card(0));
    assert.ok(phone.cardTop(run) + phone.cardHeight < next);
  }
  near(phone.heatTop(1) + phone.heatHeight, phone.cardHeight - CARD.foot);
  const y = phone.cardTop(2) + phone.heatTop(1) + 3.5 * phone.row;
  const x = phone.card(2) + 1.5 * phone.cell;
  assert.deepEqual(spotAt(phone, { x, y, run: 2, layers: 2 }), { run: 2, at: 1, layer: 1, expert: 3 });
  const curve = { x: phone.x(1) + 2, y: 90, run: 1, layers: 2 };
  assert.deepEqual(spotAt(phone, curve), { run: 1, at: 1 });
  assert.ok(LAYOUT.cardTop(2) === 0 && LAYOUT.height === 500);
});

test("before anything is evaluated the picture has a layout all the same", () => {
  const { n, steps } = comparisonLayout({ ...DATA, runs: [{ steps: [] }, { steps: [] }] }, 1300, 500);
  assert.deepEqual([n, steps], [2, []]);
});

test("an axis holds all values between round ends", () => {
  for (const values of [
    [0.2, 1.4],
    [0.305, 0.31],
    [0.9, 0.91, 0.35],
    [12, 345],
  ]) {
    const { from, to, marks } = axisOf(values);
    assert.ok(from <= Math.min(...values) && to >= Math.max(...values));
    near(marks[0], from);
    near(marks.at(-1), to);
    assert.ok(marks.length >= 3 && marks.length <= 7);
    const steps = marks.slice(1).map((mark, i) => mark - marks[i]);
    for (const step of steps) assert.ok(Math.abs(step - steps[0]) < 1e-9);
  }
});

test("an axis, worked out by hand", () => {
  const { from, to, marks, digits } = axisOf([0.25, 1.1]);
  assert.deepEqual([from, to, digits], [0, 1.5, 1]);
  assert.deepEqual(marks, [0, 0.5, 1, 1.5]);
});

test("where all values are one, an axis still spans something", () => {
  const { from, to } = axisOf([0.5, 0.5]);
  assert.ok(to - from >= 0.1);
  assert.deepEqual(axisOf([]).marks, [0, 1]);
});

test("high values stand high", () => {
  const y = heightIn({ from: 0, to: 2 }, { top: 30, height: 100 });
  assert.deepEqual([y(2), y(1), y(0)], [30, 80, 130]);
});

test("steps below the curves are round numbers, each between its neighbours in proportion", () => {
  const x = (at) => 10 + 50 * at;
  const found = roundSteps({ steps: [0, 3, 12, 31, 79, 131], x }, 38);
  assert.deepEqual(
    found.map(({ step }) => step),
    [0, 5, 20, 50, 100],
  );
  assert.equal(found[1].x, x(1 + 2 / 9));
  assert.ok(found.every((mark, i) => i === 0 || mark.x - found[i - 1].x >= 38));
  assert.deepEqual(roundSteps({ steps: [7], x }, 38), []);
  assert.deepEqual(roundSteps({ steps: [], x }, 38), []);
});

test("letters at the ends of lines keep their distance and their middle", () => {
  assert.deepEqual(letterHeights([100, 200]), [100, 200]);
  assert.deepEqual(letterHeights([100, 100]), [92.5, 107.5]);
  assert.deepEqual(letterHeights([]), []);
});

test("a point among the curves is the nearest step", () => {
  assert.deepEqual(spotAt(LAYOUT, { x: LAYOUT.x(2) + 3, y: 90, run: 1, layers: 2 }), { run: 1, at: 2 });
  assert.deepEqual(spotAt(LAYOUT, { x: 0, y: 90, run: null, layers: 2 }), { run: null, at: 0 });
});

test("a point on a card is an evaluation, a layer and an expert", () => {
  const x = LAYOUT.card(1) + 1.5 * LAYOUT.cell;
  const y = LAYOUT.heatTop(1) + 3.5 * LAYOUT.row;
  assert.deepEqual(spotAt(LAYOUT, { x, y, run: 1, layers: 2 }), { run: 1, at: 1, layer: 1, expert: 3 });
  assert.deepEqual(spotAt(LAYOUT, { x, y: 20, run: 1, layers: 2 }), { run: 1, at: 1 });
  assert.deepEqual(spotAt(LAYOUT, { x, y, run: null, layers: 2 }), {});
});

test("a loss pushes a busy expert down and an idle one up, and leaves an even one", () => {
  assert.deepEqual([0, 0.94, 0.97, 1, 1.04, 1.06, 4].map(pushOf), [
    "up",
    "up",
    "rest",
    "rest",
    "rest",
    "down",
    "down",
  ]);
});

test("what is pointed at is told, of one run or of all that have it", () => {
  const words = {
    hint: "hint",
    hint_revealed: "loads",
    at: "{step}: ",
    between: " | ",
    value_short: "{run} {loss}, {accuracy}",
    value: "{run}: {loss}, {accuracy}",
    value_vio: "{run}: {loss}, {accuracy}, {vio}",
    cell: "; {expert} {layer} {load}",
  };
  const run = (letter) => ({ letter, steps: [0, 8], loss: [1.1, 0.5], accuracy: [0.3, 0.9] });
  const data = { words, revealed: false, runs: [run("A"), { ...run("B"), steps: [0, 16] }] };
  const nothing = { run: null, at: null, layer: null, expert: null };
  assert.equal(lookedWords(data, [0, 8, 16], nothing), "hint");
  assert.equal(lookedWords(data, [0, 8, 16], { ...nothing, at: 0 }), "0: A 1.100, 30.0% | B 1.100, 30.0%");
  assert.equal(lookedWords(data, [0, 8, 16], { ...nothing, at: 1 }), "8: A 0.500, 90.0%");
  const shown = {
    ...data,
    revealed: true,
    runs: [{ ...run("A"), worst_vio: [0, 1.25], load: [[[1], [2]]] }],
  };
  assert.equal(
    lookedWords(shown, [0, 8, 16], { run: 0, at: 1, layer: 0, expert: 0 }),
    "8: A: 0.500, 90.0%, 1.25; E0 L0 2.00",
  );
});
