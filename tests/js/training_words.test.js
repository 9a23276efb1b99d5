import assert from "node:assert/strict";
import test from "node:test";

import { StepAxis } from "../../moe_demo/ui/training/axis.js";
import { flagsOf } from "../../moe_demo/ui/training/flags.js";
import {
  batchAt,
  epochOf,
  evaluationAt,
  eventWords,
  expertValue,
  progressWords,
  runName,
  stateWord,
} from "../../moe_demo/ui/training/words.js";

const WORDS = {
  progress: "{step}/{n_steps}",
  time_left: "{seconds} s",
  minutes_left: "{minutes} min",
  speed: "{n} words/s",
  badge_recorded: "recorded",
  state_queued: "place {n}",
  event_lr: "lr {from} → {to}",
  event_at: "{step}: {what}",
  run_name: "{letter} · {name}",
};

test("a load has two decimals, a bias three and its sign, nothing a dash", () => {
  assert.equal(expertValue(1, "load"), "1.00");
  assert.equal(expertValue(0.0123, "bias"), "+0.012");
  assert.equal(expertValue(-0.5, "bias"), "−0.500");
  assert.equal(expertValue(0, "bias"), "0.000");
  assert.equal(expertValue(null, "load"), "–");
  assert.equal(expertValue(null, "bias"), "–");
});

test("epochs are counted from the first step on", () => {
  const record = { stepsPerEpoch: 104 };
  assert.deepEqual(
    [0, 1, 104, 105, 1040].map((step) => epochOf(record, step)),
    [0, 1, 1, 2, 10],
  );
});

test("beyond what a run has come to, nothing is known of it", () => {
  const record = { step: 20, steps: [5, 10, 20], evals: [{ step: 0 }, { step: 10 }] };
  assert.deepEqual(
    [0, 5, 12, 20, 21].map((step) => batchAt(record, step)),
    [-1, 0, 1, 2, -1],
  );
  assert.equal(evaluationAt(record, 9).step, 0);
  assert.equal(evaluationAt(record, 20).step, 10);
  assert.equal(evaluationAt(record, 21), null);
});

test("time left is told in seconds while it is short, and speed with two digits", () => {
  const record = { step: 10, nSteps: 100, state: "running", secondsLeft: 12.2, tokensPerSecond: 12345 };
  const minutes = { ...record, secondsLeft: 90.5 };
  assert.deepEqual(progressWords(record, WORDS, "en"), ["10/100", "13 s", "12,000 words/s"]);
  assert.deepEqual(progressWords(minutes, WORDS, "en")[1], "2 min");
  assert.deepEqual(progressWords({ ...record, state: "paused" }, WORDS, "en"), ["10/100"]);
  const unknown = { ...record, secondsLeft: null, tokensPerSecond: null };
  assert.deepEqual(progressWords(unknown, WORDS, "en"), ["10/100"]);
});

test("a run that no process writes is recorded, a waiting one has its place", () => {
  assert.equal(stateWord({ state: "done" }, { live: false }, WORDS), "recorded");
  assert.equal(stateWord({ state: "queued", place: 2 }, { live: true }, WORDS), "place 2");
  assert.equal(stateWord({ state: "odd" }, { live: true }, WORDS), "odd");
});

test("runs have letters only where there are two", () => {
  assert.equal(runName([{ name: "x" }], 0, WORDS), "");
  assert.equal(runName([{ name: "x" }, { name: "y" }], 1, WORDS), "B · y");
});

test("an event says what changed from what to what", () => {
  const event = { step: 30, kind: "lr", before: 0.00123456, value: 0.002 };
  assert.equal(eventWords(event, WORDS), "30: lr 0.001235 → 0.002");
  assert.equal(eventWords({ step: 30, kind: "new" }, WORDS), "30: new");
});

test("flags stand at their steps; events close together share one; those out of view have none", () => {
  const axis = Object.assign(new StepAxis(), { x0: 0, x1: 1000, end: 1000 });
  const event = (step) => ({ step, kind: "lr", before: 1, value: 2 });
  const scene = { axis, words: WORDS, records: [{ events: [event(500), event(100), event(110)] }] };
  assert.deepEqual(flagsOf(scene), [
    { x: 100, lines: ["100: lr 1 → 2", "110: lr 1 → 2"], kind: "lr" },
    { x: 500, lines: ["500: lr 1 → 2"], kind: "lr" },
  ]);
  axis.zoom(200, 1000);
  assert.equal(flagsOf(scene).length, 1);
  const two = { ...scene, records: [scene.records[0], { events: [event(700)] }] };
  assert.match(flagsOf(two).at(-1).lines[0], /^B · /);
});
