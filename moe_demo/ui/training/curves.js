// Loss, accuracy, MaxVio and the lines of few experts: everything of the training picture that is a curve.
import { brief, percent, significant } from "../kit/numbers.js";
import { roundNumbers } from "../kit/scale.js";
import { LINE_DASHES } from "../kit/textures.js";
import { drawDots, drawLine, endLabels, gridLine, write } from "./canvas.js";
import { expertsBand } from "./layout.js";
import { deadSpans, endOf, heightOf, pointsOf, topOf } from "./points.js";
import { RUN_LETTERS, expertRows } from "./scene.js";
import { expertValue } from "./words.js";

const TRAIN = { width: 1.1, alpha: 0.9 }; // every batch: thin
const HELD_OUT = { width: 2.4 }; // few evaluations: bold, with dots
const DOT = 2.6;
const RUN_DASH = [[], [7, 4]]; // run A is solid, run B dashed
const STRIP_HEAD = 17;

/**
 * @typedef {import("./canvas.js").Context} Context
 * @typedef {import("./canvas.js").LineLook} LineLook
 * @typedef {import("./canvas.js").LineEnd} LineEnd
 * @typedef {import("./points.js").Band} Band
 * @typedef {import("./points.js").Line} Line
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {Line & { run: number, isTrain: boolean, isNoisy?: boolean }} RunLine
 */

/**
 * Draw a line inside its band; gives where and how it ends, or null where it is not in view.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Band} band
 * @param {number} top
 * @param {Line} line
 * @param {LineLook} look
 * @param {number} [dots] their radius
 */
function drawCurve(context, { axis }, band, top, line, look, dots = 0) {
  const points = pointsOf(axis, band, top, line);
  context.save();
  context.beginPath();
  context.rect(axis.x0 - 3, band.y - 3, axis.x1 - axis.x0 + 6, band.h + 6);
  context.clip();
  drawLine(context, points.xs, points.ys, look);
  if (dots) drawDots(context, points.xs, points.ys, look.color, dots);
  context.restore();
  const end = endOf(axis, band, points, line.values);
  return end && { ...look, ...end };
}

/**
 * @template Item
 * @param {(Item | null)[]} items
 * @returns {Item[]}
 */
function present(items) {
  return items.filter((item) => item !== null);
}

/**
 * Train (thin, every batch) and held-out (bold, a dot at each evaluation) of every run.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Band} band
 * @param {RunLine[]} lines
 * @param {{ top: number, ticks: number[], tick: (value: number) => string }} scale
 */
function drawPair(context, scene, band, lines, { top, ticks, tick }) {
  const { ink, axis, data, words, records } = scene;
  for (const value of ticks) gridLine(context, ink, axis, band, heightOf(band, value / top), tick(value));
  const isTwin = records.length > 1;
  const ends = lines.map((line) => {
    const { run, isTrain } = line;
    const color = data.lines[isTwin ? (run ? "b" : "a") : isTrain ? "train" : "held_out"];
    const look = { ...(isTrain ? TRAIN : HELD_OUT), color, dash: RUN_DASH[run] };
    const end = drawCurve(context, scene, band, top, line, look, isTrain ? 0 : DOT);
    const text = `${isTwin ? `${RUN_LETTERS[run]} ` : ""}${isTrain ? words.train : words.held_out}`;
    return end && { ...end, run, alpha: 1, text };
  });
  for (const run of records.keys()) alignEnds(present(ends).filter((end) => end.run === run));
  endLabels(context, ink, present(ends), band);
}

/**
 * Both names of a run stand where its longer line ends, clear of the other.
 * @param {{ x: number }[]} ends
 */
function alignEnds(ends) {
  const x = Math.max(...ends.map((end) => end.x));
  for (const end of ends) end.x = x;
}

/**
 * The lines of a quantity: every batch and every evaluation of every run.
 * @param {Scene} scene
 * @param {"ce" | "accuracy"} ofBatch
 * @param {"loss" | "accuracy"} ofEvaluation
 * @returns {RunLine[]}
 */
function runLines({ records }, ofBatch, ofEvaluation) {
  return records.flatMap((record, run) => [
    { run, isTrain: true, isNoisy: true, steps: record.steps, values: record[ofBatch] },
    {
      run,
      isTrain: false,
      steps: record.evals.map((evaluation) => evaluation.step),
      values: record.evals.map((evaluation) => evaluation[ofEvaluation]),
    },
  ]);
}

/** @param {Context} context @param {Scene} scene */
export function drawLoss(context, scene) {
  const band = scene.layout.bands.loss;
  const lines = runLines(scene, "ce", "loss");
  const top = topOf(scene.axis, lines);
  const ticks = roundNumbers(0, top, Math.max(band.h / 26, 3));
  drawPair(context, scene, band, lines, { top, ticks, tick: (value) => significant(value, 3) });
}

/** @param {Context} context @param {Scene} scene */
export function drawAccuracy(context, scene) {
  const band = scene.layout.bands.accuracy;
  const lines = runLines(scene, "accuracy", "accuracy");
  drawPair(context, scene, band, lines, { top: 1, ticks: [0, 0.5, 1], tick: (value) => percent(value) });
  for (const run of scene.records.keys()) drawBest(context, scene, band, run);
}

/**
 * A star at the first evaluation that no later one beats: where one would stop by validation.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Band} band
 * @param {number} run
 */
function drawBest(context, scene, band, run) {
  const { axis, records, ink, data } = scene;
  const { evals } = records[run];
  const best = Math.max(...evals.map((evaluation) => evaluation.accuracy));
  const found = evals.find((evaluation) => evaluation.accuracy === best);
  const x = found ? axis.x(found.step) : NaN;
  if (!found || !(x >= axis.x0 && x <= axis.x1 + 1)) return;
  const y = heightOf(band, found.accuracy);
  context.save();
  context.font = "bold 15px sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = ink.ground;
  context.fillStyle = data.lines[records.length > 1 ? (run ? "b" : "a") : "held_out"];
  context.strokeText("★", x, y);
  context.fillText("★", x, y);
  context.restore();
}

/**
 * Load or bias of up to eight experts as lines, named at their ends.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 */
export function drawExpertLines(context, scene, run) {
  const { ink, axis, records, mode, layout, biasLimit } = scene;
  const { steps } = records[run];
  const band = layout.bands[expertsBand(run)];
  const rows = expertRows(scene, run);
  const noisy = rows.map((values) => ({ steps, values, isNoisy: true }));
  const limit = mode === "bias" ? biasLimit : Math.max(topOf(axis, noisy), 1.5);
  const shift = mode === "bias" ? limit : 0; // bias is drawn around its 0
  const top = limit + shift;
  const ticks = mode === "bias" ? [-limit, 0, limit] : roundNumbers(0, limit, 3);
  for (const tick of ticks) {
    gridLine(context, ink, axis, band, heightOf(band, (tick + shift) / top), expertValue(tick, mode));
  }
  const ends = rows.map((row, e) => {
    const expert = scene.expert(e);
    const look = { color: expert.hue, width: 1.8, dash: LINE_DASHES[expert.texture], casing: ink.text };
    const values = row.map((value) => (value === null ? null : value + shift));
    const end = drawCurve(context, scene, band, top, { steps, values }, look);
    return end && { ...end, text: `${expert.label} ${expertValue(end.value - shift, mode)}` };
  });
  if (mode === "load") drawDeadSpans(context, scene, run, band, top);
  endLabels(context, ink, present(ends), band);
}

/**
 * A hatched foot where an expert gets next to nothing.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 * @param {Band} band
 * @param {number} top
 */
function drawDeadSpans(context, scene, run, band, top) {
  const { axis, data, records, hatch } = scene;
  const { steps } = records[run];
  const h = Math.max((data.dead_below / top) * band.h, 4);
  context.save();
  context.fillStyle = hatch;
  context.globalAlpha = 0.6;
  for (const row of expertRows(scene, run)) {
    for (const [from, to] of deadSpans(row, data.dead_below)) {
      const left = Math.max(axis.x(steps[from]), axis.x0);
      const right = Math.min(axis.x(steps[Math.min(to, steps.length - 1)]), axis.x1);
      if (right > left) context.fillRect(left, band.y + band.h - h, right - left, h);
    }
  }
  context.restore();
}

/**
 * MaxVio in two strips that never share an axis: each batch above, the whole held-out set below.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 */
export function drawMaxVio(context, scene, run) {
  const { data, records, layer, words, layout } = scene;
  const { steps, maxVio, evals, batchFloor } = records[run];
  const band = layout.bands[expertsBand(run)];
  const h = band.h / 2 - STRIP_HEAD;
  const heldOutSteps = evals.map((evaluation) => evaluation.step);
  drawStrip(context, scene, {
    name: words.max_vio_batch,
    label: words.batch,
    band: { y: band.y + STRIP_HEAD, h },
    line: { steps, values: maxVio[layer] ?? [] },
    floor: { steps, values: steps.map(() => batchFloor) },
    look: { ...TRAIN, alpha: 1, color: data.lines.train },
  });
  drawStrip(context, scene, {
    name: words.max_vio_held_out,
    label: words.held_out,
    band: { y: band.y + h + 2 * STRIP_HEAD, h },
    line: { steps: heldOutSteps, values: evals.map((evaluation) => evaluation.max_vio[layer]) },
    floor: { steps: heldOutSteps, values: evals.map((evaluation) => evaluation.floor) },
    look: { ...HELD_OUT, color: data.lines.held_out },
    dots: DOT,
  });
}

/**
 * @param {Context} context
 * @param {Scene} scene
 * @param {{ name: string, label: string, band: Band, line: Line, floor: Line, look: LineLook, dots?: number }} strip
 */
function drawStrip(context, scene, { name, label, band, line, floor, look, dots }) {
  const { ink, axis, words, data } = scene;
  const top = topOf(axis, [line, floor]);
  for (const tick of roundNumbers(0, top, 2)) {
    gridLine(context, ink, axis, band, heightOf(band, tick / top), significant(tick, 3));
  }
  const dotted = { color: data.lines.floor, width: 2, dash: [2, 4] };
  const floorEnd = drawCurve(context, scene, band, top, floor, dotted);
  const end = drawCurve(context, scene, band, top, line, look, dots);
  /** @type {(LineEnd | null)[]} */
  const ends = [
    end && { ...end, text: `${label} ${brief(end.value)}` },
    floorEnd && { ...floorEnd, text: `${words.floor} ${brief(floorEnd.value)}` },
  ];
  endLabels(context, ink, present(ends), band);
  write(context, ink, name, axis.x0 + 2, band.y - 9, { size: 12, muted: true });
}
