// Loss, accuracy, MaxVio and the lines of few experts: everything of the laboratory that is a curve.

import { shown } from "../kit/dom.js";
import { evenSteps, indexAt } from "./axis.js";
import { deadSpans } from "./heat.js";
import { drawDots, drawLine, endLabels, gridLine, write } from "./paint.js";

const SAMPLE = { train: { width: 1.1, alpha: 0.9 }, heldOut: { width: 2.4 } };
const RUN_DASH = [[], [7, 4]]; // run A is solid, run B dashed

/** The lowest and highest index of steps in view, one beyond each side so that lines leave the picture. */
function inView(steps, axis) {
  const [lo, hi] = axis.range;
  return [Math.max(indexAt(steps, lo), 0), Math.min(indexAt(steps, hi) + 2, steps.length)];
}

/** Curves of a quantity: `of(feed)` gives { steps, values } of one line. Returns what endLabels needs. */
function curve(context, axis, band, top, { steps, values }, look, dots = 0) {
  const [from, to] = inView(steps, axis);
  const xs = steps.slice(from, to).map((step) => axis.x(step));
  const ys = values.slice(from, to).map((value) => (value === null ? null : band.y + band.h * (1 - value / top)));
  context.save();
  context.beginPath();
  context.rect(axis.x0 - 3, band.y - 3, axis.x1 - axis.x0 + 6, band.h + 6);
  context.clip();
  drawLine(context, xs, ys, look);
  if (dots) drawDots(context, xs, ys, look.color, dots);
  context.restore();
  let last = ys.length - 1;
  while (last >= 0 && (ys[last] === null || xs[last] > axis.x1 + 1)) last--;
  if (last < 0) return null;
  const end = { ...look, x: xs[last], y: ys[last], value: values[from + last] };
  if (xs[last + 1] > axis.x1 && ys[last + 1] !== null) { // it goes on: named where it leaves the picture
    end.x = axis.x1;
    end.y += ((ys[last + 1] - ys[last]) * (axis.x1 - xs[last])) / (xs[last + 1] - xs[last]);
  } else if (end.x < axis.x0) return null;
  end.y = Math.min(Math.max(end.y, band.y), band.y + band.h);
  return end;
}

/** A top for a y axis from 0: the highest value in view, a few outliers of single batches left above it. */
function topOf(axis, lines) {
  let top = 0;
  for (const { steps, values, isNoisy } of lines) {
    const [from, to] = inView(steps, axis);
    const seen = values.slice(from, to).filter((value) => value !== null).sort((a, b) => a - b);
    if (seen.length) top = Math.max(top, isNoisy ? seen[Math.floor((seen.length - 1) * 0.98)] : seen.at(-1));
  }
  return top * 1.06 || 1;
}

/** Train (thin, every batch) and held-out (bold, a dot at each evaluation) of every run. */
function drawPair(context, scene, band, lines, { top, ticks, tick }) {
  const { ink, axis, data, words } = scene;
  for (const value of ticks) gridLine(context, ink, axis, band, band.y + band.h * (1 - value / top), tick(value));
  const isTwin = scene.feeds.length > 1;
  const ends = lines.map(({ run, kind, steps, values }) => {
    const color = isTwin ? data.lines[run ? "b" : "a"] : data.lines[kind === "train" ? "train" : "held_out"];
    const look = { ...SAMPLE[kind === "train" ? "train" : "heldOut"], color, dash: RUN_DASH[run] };
    const end = curve(context, axis, band, top, { steps, values }, look, kind === "train" ? 0 : 2.6);
    const name = words[kind === "train" ? "train" : "held_out"];
    return end && { ...end, run, alpha: 1, text: `${isTwin ? `${"AB"[run]} ` : ""}${name}` };
  });
  for (const run of scene.feeds.keys()) alignEnds(ends.filter((end) => end?.run === run));
  endLabels(context, ink, ends.filter(Boolean), band);
}

/** Both names of a run stand where its longer line ends, clear of the other. */
function alignEnds(ends) {
  const x = Math.max(...ends.map((end) => end.x));
  for (const end of ends) end.x = x;
}

function lossLines(feeds) {
  return feeds.flatMap((feed, run) => [
    { run, kind: "train", steps: feed.steps, values: feed.ce, isNoisy: true },
    { run, kind: "held_out", steps: feed.evals.map((e) => e.step), values: feed.evals.map((e) => e.loss) },
  ]);
}

function accuracyLines(feeds) {
  return feeds.flatMap((feed, run) => [
    { run, kind: "train", steps: feed.steps, values: feed.accuracy },
    { run, kind: "held_out", steps: feed.evals.map((e) => e.step), values: feed.evals.map((e) => e.accuracy) },
  ]);
}

export function drawLoss(context, scene) {
  const band = scene.layout.bands.loss, lines = lossLines(scene.feeds), top = topOf(scene.axis, lines);
  drawPair(context, scene, band, lines, {
    top, ticks: evenSteps(0, top, Math.max(band.h / 26, 3), false), tick: (value) => String(Number(value.toPrecision(3))),
  });
}

export function drawAccuracy(context, scene) {
  const band = scene.layout.bands.accuracy;
  drawPair(context, scene, band, accuracyLines(scene.feeds), {
    top: 1, ticks: [0, 0.5, 1], tick: (value) => `${Math.round(100 * value)}%`,
  });
  for (const [run, feed] of scene.feeds.entries()) drawBest(context, scene, band, feed, run);
}

/** A star at the first evaluation that no later one beats: where one would stop by validation. */
function drawBest(context, scene, band, feed, run) {
  const accuracies = feed.evals.map((e) => e.accuracy), at = accuracies.indexOf(Math.max(...accuracies));
  const x = at < 0 ? NaN : scene.axis.x(feed.evals[at].step);
  if (!(x >= scene.axis.x0 && x <= scene.axis.x1 + 1)) return;
  const name = scene.feeds.length > 1 ? (run ? "b" : "a") : "held_out";
  context.save();
  Object.assign(context, { font: "bold 15px sans-serif", textAlign: "center", textBaseline: "middle" });
  Object.assign(context, { lineWidth: 3, lineJoin: "round", strokeStyle: scene.ink.ground, fillStyle: scene.data.lines[name] });
  const y = band.y + band.h * (1 - accuracies[at]);
  context.strokeText("★", x, y);
  context.fillText("★", x, y);
  context.restore();
}

/** Load or bias of up to eight experts as lines, named at their ends. */
export function drawExpertLines(context, scene, run) {
  const { ink, axis, feeds, layer, mode } = scene, feed = feeds[run], band = scene.layout.bands[`seats${run}`];
  const values = feed[mode === "bias" ? "bias" : "load"][layer] ?? [];
  const limit = mode === "bias" ? scene.biasLimit : Math.max(topOf(axis, values.map((row) => ({ steps: feed.steps, values: row, isNoisy: true }))), 1.5);
  const shift = mode === "bias" ? limit : 0, top = limit + shift; // bias is drawn around its 0
  const ticks = mode === "bias" ? [-limit, 0, limit] : evenSteps(0, limit, 3, false);
  for (const tick of ticks) gridLine(context, ink, axis, band, band.y + band.h * (1 - (tick + shift) / top), signed(tick, mode));
  const ends = values.map((row, e) => {
    const expert = scene.expert(run, e), look = { color: expert.hue, width: 1.8, dash: expert.filled ? [] : [5, 3], casing: ink.text };
    const end = curve(context, axis, band, top, { steps: feed.steps, values: row.map((value) => (value === null ? null : value + shift)) }, look);
    return end && { ...end, text: `${expert.label} ${signed(end.value - shift, mode)}` };
  });
  if (mode === "load") drawDeadSpans(context, scene, run, values, band, top);
  endLabels(context, ink, ends.filter(Boolean), band);
}

/** A hatched foot where an expert gets next to nothing. */
function drawDeadSpans(context, scene, run, values, band, top) {
  const { axis, data, feeds, hatch } = scene, steps = feeds[run].steps, h = Math.max((data.dead_below / top) * band.h, 4);
  context.save();
  context.fillStyle = hatch;
  context.globalAlpha = 0.6;
  values.forEach((row) => {
    for (const [from, to] of deadSpans(row, data.dead_below)) {
      const a = Math.max(axis.x(steps[from]), axis.x0), b = Math.min(axis.x(steps[Math.min(to, steps.length - 1)]), axis.x1);
      if (b > a) context.fillRect(a, band.y + band.h - h, b - a, h);
    }
  });
  context.restore();
}

export function signed(value, mode) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (mode !== "bias") return value.toFixed(2);
  return `${value > 0 ? "+" : value < 0 ? "−" : ""}${Math.abs(value).toFixed(3)}`;
}

/** MaxVio in two strips that never share an axis: each batch above, the whole held-out set below. */
export function drawMaxVio(context, scene, run) {
  const { ink, axis, data, feeds, layer, words } = scene, feed = feeds[run], band = scene.layout.bands[`seats${run}`];
  const steps = feed.evals.map((e) => e.step), gap = 17, h = band.h / 2 - gap;
  const strips = [
    { name: words.max_vio_batch, label: words.batch, y: band.y + gap, steps: feed.steps, values: feed.maxVio[layer] ?? [],
      floor: { steps: feed.steps, values: feed.steps.map(() => feed.batchFloor) }, look: { ...SAMPLE.train, alpha: 1, color: data.lines.train }, dots: 0 },
    { name: words.max_vio_held_out, label: words.held_out, y: band.y + h + 2 * gap, steps, values: feed.evals.map((e) => e.max_vio[layer]),
      floor: { steps, values: feed.evals.map((e) => e.floor) }, look: { ...SAMPLE.heldOut, color: data.lines.held_out }, dots: 2.6 },
  ];
  for (const strip of strips) {
    const place = { y: strip.y, h }, top = topOf(axis, [strip, strip.floor]);
    for (const tick of evenSteps(0, top, 2, false)) gridLine(context, ink, axis, place, place.y + place.h * (1 - tick / top), String(Number(tick.toPrecision(3))));
    const floor = curve(context, axis, place, top, strip.floor, { color: data.lines.floor, width: 2, dash: [2, 4] });
    const end = curve(context, axis, place, top, strip, strip.look, strip.dots);
    endLabels(context, ink, [end && { ...end, text: `${strip.label} ${shown(end.value)}` }, floor && { ...floor, text: `${words.floor} ${shown(floor.value)}` }].filter(Boolean), place);
    write(context, ink, strip.name, axis.x0 + 2, place.y - 9, { size: 12, muted: true });
  }
}
