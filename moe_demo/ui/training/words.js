// What the training picture says in words: values at a step, the state of a run, what happened to it. No DOM.
import { brief, fixed, percent, signed, significant } from "../kit/numbers.js";
import { fill, pieces } from "../kit/text.js";
import { whyMark } from "../kit/why.js";
import { indexAt } from "./axis.js";
import { isChanged } from "./route_cells.js";
import { RUN_LETTERS, expertRows } from "./scene.js";

const NO_TIME_BELOW = 1; // seconds
const SECONDS_UP_TO = 90;

/**
 * @typedef {Record<string, string>} Words
 * @typedef {import("../kit/why.js").Places} Places
 * @typedef {{ text: string, mark: ReturnType<typeof whyMark> }} Told
 * @typedef {(string | Told)[]} Said a sentence with its numbers apart
 * @typedef {import("./record.js").LiveRecord} LiveRecord
 * @typedef {import("./record.js").Evaluation} Evaluation
 * @typedef {import("./record.js").RunEvent} RunEvent
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").WatchedRun} WatchedRun
 */

/**
 * A load, or a bias with its sign.
 * @param {number | null | undefined} value
 * @param {import("./scene.js").Mode} mode
 */
export function expertValue(value, mode) {
  if (mode !== "bias") return fixed(value, 2);
  return value ? signed(value) : fixed(value);
}

/**
 * The number of the epoch that a step belongs to; 0 before the first step.
 * @param {Pick<LiveRecord, "stepsPerEpoch">} record
 * @param {number} step
 */
export function epochOf(record, step) {
  return Math.ceil(step / record.stepsPerEpoch);
}

/**
 * The last evaluation at or before a step; null where the run has not come so far.
 * @param {LiveRecord} record
 * @param {number} step
 * @returns {Evaluation | null}
 */
export function evaluationAt(record, step) {
  if (step > record.step) return null;
  const steps = record.evals.map((evaluation) => evaluation.step);
  return record.evals[indexAt(steps, step)] ?? null;
}

/**
 * Index of the last recorded batch at or before a step; -1 where the run has not come so far.
 * @param {LiveRecord} record
 * @param {number} step
 */
export function batchAt(record, step) {
  return step > record.step ? -1 : indexAt(record.steps, step);
}

/**
 * A number, and the key of its sum; no key where there is nothing to add up.
 * @param {string} text
 * @param {string | null} why
 * @param {Places} [places]
 * @returns {Told}
 */
function told(text, why, places = {}) {
  return { text, mark: whyMark(why, places) };
}

/**
 * Training and held-out loss or accuracy of a run at a step. Of a batch's accuracy no parts are recorded; of the loss
 * of an evaluation neither, so only the checkpoint in force has its sum, from the headlines themselves.
 * @param {Scene} scene
 * @param {number} run
 * @param {number} step
 * @param {"loss" | "accuracy"} name
 */
function pairAt({ records, data }, run, step, name) {
  const record = records[run];
  const written = name === "loss" ? brief : (/** @type {number | null} */ share) => percent(share, 1);
  const values = name === "loss" ? record.ce : record.accuracy;
  const [batch, heldOut] = [batchAt(record, step), evaluationAt(record, step)];
  const ofBatch = name === "loss" && batch >= 0 ? `step_ce-${run}-${record.steps[batch]}` : null;
  const isInForce = run === 0 && heldOut?.step === (data.step ?? data.newest);
  const ofLoss = isInForce ? "held_out_loss" : null;
  const ofHeldOut = name === "loss" ? ofLoss : heldOut && `eval_accuracy-${run}-${heldOut.step}`;
  return {
    train: told(written(values[batch] ?? null), ofBatch),
    held_out: told(written(heldOut?.[name] ?? null), ofHeldOut),
  };
}

/**
 * One line for the head of loss or accuracy.
 * @param {Scene} scene
 * @param {number} step
 * @param {"loss" | "accuracy"} name
 * @returns {Said}
 */
export function readPair(scene, step, name) {
  const { words, records } = scene;
  const [a, b] = records.map((_record, run) => pairAt(scene, run, step, name));
  if (!b) return pieces(words.read_pair, { step: String(step), ...a });
  return pieces(words.read_twin, {
    step: String(step),
    a_train: a.train,
    a_held_out: a.held_out,
    b_train: b.train,
    b_held_out: b.held_out,
  });
}

/**
 * One line for the head of a run's experts: the expert under the pointer, or the two ends.
 * @param {Scene} scene
 * @param {number} run
 * @param {number} step
 * @param {number | null} pointed
 * @returns {Said}
 */
export function readExperts(scene, run, step, pointed) {
  const { words, records, mode, data } = scene;
  if (mode === "max_vio") return readMaxVio(scene, run, step);
  const rows = expertRows(scene, run);
  const i = batchAt(records[run], step);
  if (i < 0 || !rows.length) return [];
  const nameOf = (/** @type {number} */ e) => scene.expert(e).label;
  const valueOf = (/** @type {number} */ e) => {
    const value = rows[e][i];
    const isDead = mode === "load" && value !== null && value < data.dead_below;
    const text = expertValue(value, mode) + (isDead ? ` ${words.dead}` : "");
    return told(text, `step_${mode}-${run}-${records[run].steps[i]}`, { layer: scene.layer, expert: e });
  };
  if (pointed !== null && pointed < rows.length) {
    return pieces(words.read_expert, {
      step: String(step),
      expert: nameOf(pointed),
      value: valueOf(pointed),
    });
  }
  const order = [...rows.keys()].sort((a, b) => (rows[b][i] ?? 0) - (rows[a][i] ?? 0));
  const [most, least] = [order[0], order[order.length - 1]];
  return pieces(words[`read_${mode}`], {
    step: String(step),
    most: nameOf(most),
    most_value: valueOf(most),
    least: nameOf(least),
    least_value: valueOf(least),
  });
}

/** @param {Scene} scene @param {number} run @param {number} step @returns {Said} */
function readMaxVio({ words, records, layer }, run, step) {
  const record = records[run];
  const [batch, heldOut] = [batchAt(record, step), evaluationAt(record, step)];
  const ofBatch = batch < 0 ? null : `step_max_vio-${run}-${record.steps[batch]}`;
  const ofHeldOut = heldOut && `eval_max_vio-${run}-${heldOut.step}`;
  return pieces(words.read_max_vio, {
    step: String(step),
    batch: told(brief(record.maxVio[layer]?.[batch]), ofBatch, { layer }),
    batch_floor: told(
      brief(record.batchFloor),
      batch < 0 ? null : `step_floor-${run}-${record.steps[batch]}`,
    ),
    held_out: told(brief(heldOut?.max_vio[layer]), ofHeldOut, { layer }),
    floor: told(brief(heldOut?.floor), heldOut && `eval_floor-${run}-${heldOut.step}`),
  });
}

/**
 * One word at one checkpoint: its experts and their gates.
 * @param {Scene} scene
 * @param {import("./route_cells.js").Cell} cell
 */
export function readCell({ records, layer, words, expert }, { run, i, t }) {
  const { routes } = records[run];
  if (!routes) return "";
  const gates = routes.gates[layer][i][t];
  const experts = routes.experts[layer][i][t].map((e, k) => `${expert(e).label} ${fixed(gates[k], 2)}`);
  return fill(words.read_routes, {
    step: routes.steps[i],
    word: routes.tokens[t],
    experts: experts.join(" · "),
  });
}

/**
 * How many words changed experts at the checkpoint in force.
 * @param {Scene} scene
 * @param {number} step
 */
export function readChanges({ records, layer, words }, step) {
  const { routes } = records[0];
  const i = routes ? indexAt(routes.steps, step) : -1;
  if (!routes || i < 0 || !routes.experts[layer]) return "";
  const n = routes.tokens.filter((_word, t) => isChanged(routes, layer, i, t)).length;
  return fill(words.read_changes, { step: routes.steps[i], n });
}

/**
 * "A · name" of a run where there are two, nothing where there is one.
 * @param {WatchedRun[]} runs
 * @param {number} run
 * @param {Words} words
 */
export function runName(runs, run, words) {
  return runs.length > 1 ? fill(words.run_name, { letter: RUN_LETTERS[run], name: runs[run].name }) : "";
}

/**
 * The badge of a run: recorded, or what it is doing now.
 * @param {LiveRecord} record
 * @param {WatchedRun} run
 * @param {Words} words
 */
export function stateWord(record, run, words) {
  if (!run.live && (record.state === "done" || record.state === null)) return words.badge_recorded;
  return fill(words[`state_${record.state}`] ?? record.state ?? "", { n: record.place });
}

/**
 * How far a run has come; while it trains also how long it will take and how fast it is.
 * @param {Pick<LiveRecord, "step" | "nSteps" | "state" | "secondsLeft" | "tokensPerSecond">} record
 * @param {Words} words
 * @param {string} lang
 */
export function progressWords({ step, nSteps, state, secondsLeft, tokensPerSecond }, words, lang) {
  const texts = [fill(words.progress, { step, n_steps: nSteps })];
  if (state !== "running") return texts;
  if (secondsLeft !== null && secondsLeft >= NO_TIME_BELOW) {
    const isShort = secondsLeft < SECONDS_UP_TO;
    const seconds = fill(words.time_left, { seconds: Math.ceil(secondsLeft) });
    texts.push(isShort ? seconds : fill(words.minutes_left, { minutes: Math.ceil(secondsLeft / 60) }));
  }
  if (tokensPerSecond) {
    const n = Math.round(Number(tokensPerSecond.toPrecision(2))).toLocaleString(lang);
    texts.push(fill(words.speed, { n }));
  }
  return texts;
}

/**
 * What happened to a run at a step.
 * @param {RunEvent} event
 * @param {Words} words
 */
export function eventWords(event, words) {
  const written = (/** @type {unknown} */ value) =>
    typeof value === "number" ? significant(value) : (value ?? "–");
  const what = fill(words[`event_${event.kind}`] ?? event.kind, {
    from: written(event.before),
    to: written(event.value),
  });
  return fill(words.event_at, { step: event.step, what });
}
