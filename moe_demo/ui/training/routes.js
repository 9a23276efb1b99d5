// This sentence's routes over the steps: a row a word, a column a checkpoint, a cell split among the K chosen experts.

import { fitText, write } from "./paint.js";

export const LAST_CELL = 116; // pixels of the newest checkpoint at least: its routes hold until the next one
const LABEL_FROM = 26; // width of a piece that has room for its expert's name

/** Left and right edge of a checkpoint's column: its routes hold until the next checkpoint. */
export function columnOf(scene, run, i) {
  const { axis } = scene, feed = scene.feeds[run], { steps } = feed.routes, left = axis.x(steps[i]);
  const right = i + 1 < steps.length ? axis.x(steps[i + 1]) : Math.max(axis.x(Math.max(feed.step, steps[i])), left + LAST_CELL);
  return [left, right];
}

/** Whether the experts chosen for a word are others than at the checkpoint before; their order says nothing. */
export function isChanged(routes, layer, i, t) {
  return i > 0 && !sameSet(routes.experts[layer][i][t], routes.experts[layer][i - 1][t]);
}

function sameSet(a, b) {
  return a.length === b.length && a.every((expert) => b.includes(expert));
}

/** Whether A and B chose other experts at one step. Only runs that began with the same weights can be compared. */
function differs(scene, i, t) {
  const [a, b] = scene.feeds.map((feed) => feed.routes);
  const [one, two] = scene.data.runs;
  if (!a || !b || one.seed !== two.seed || scene.feeds[0].nRouted !== scene.feeds[1].nRouted) return false;
  const j = b.steps.indexOf(a.steps[i]);
  return j >= 0 && t < b.tokens.length && !sameSet(a.experts[scene.layer][i][t], b.experts[scene.layer][j]?.[t] ?? []);
}

export function drawRoutes(context, scene) {
  const { ink, axis, layout, feeds, layer, data, words } = scene, band = layout.bands.routes;
  const first = feeds.find((feed) => feed.routes)?.routes;
  const trouble = feeds.find((feed) => feed.routesTrouble)?.routesTrouble;
  if (!first) return write(context, ink, trouble ?? (data.sentence ? words.routes_waiting : words.no_sentence), axis.x0, band.y + 16, { muted: true });
  drawWords(context, scene, first.tokens, band);
  context.save();
  context.beginPath();
  context.rect(axis.x0, band.y, axis.x1 - axis.x0 + LAST_CELL, band.h);
  context.clip();
  feeds.forEach((feed, run) => {
    if (!feed.routes?.experts[layer]) return;
    const half = layout.row / feeds.length;
    feed.routes.steps.forEach((_step, i) => {
      const [left, right] = columnOf(scene, run, i);
      if (right < axis.x0 || left > axis.x1) return;
      feed.routes.tokens.forEach((_word, t) => drawCell(context, scene, run, i, t, {
        x: left, w: right - left, y: band.y + t * layout.row + run * half + (run ? 0 : 1), h: half - (feeds.length > 1 ? 0.5 : 2),
      }));
    });
  });
  if (feeds.length > 1) drawDifferences(context, scene, band);
  context.restore();
}

/** The words of the sentence in the left gutter; the picked one stands out. */
function drawWords(context, scene, tokens, band) {
  const { ink, axis, layout, data, feeds } = scene, size = Math.min(Math.max(Math.floor(layout.row * 0.72), 10), 14);
  const room = axis.x0 - 10 - (feeds.length > 1 ? 16 : 0);
  tokens.forEach((word, t) => {
    const y = band.y + t * layout.row, isPicked = t === data.token, weight = isPicked ? 700 : 400;
    if (isPicked) {
      context.save();
      context.fillStyle = ink.primary;
      context.globalAlpha = 0.16;
      context.fillRect(0, y, axis.x1 + LAST_CELL, layout.row);
      context.restore();
    }
    const x = axis.x0 - 8 - (feeds.length > 1 ? 14 : 0);
    write(context, ink, fitText(context, ink, word, room, { size, weight }), x, y + layout.row / 2, { align: "right", size, weight });
    if (feeds.length < 2) return;
    ["A", "B"].forEach((name, run) => write(context, ink, name, axis.x0 - 6, y + layout.row * (run ? 0.75 : 0.25),
      { align: "right", size: 9.5, muted: true }));
  });
}

/** One word at one checkpoint: pieces as wide as the gates, and an outline where the choice has just changed. */
function drawCell(context, scene, run, i, t, { x, w, y, h }) {
  const { ink, layer, feeds } = scene, { routes } = feeds[run];
  const experts = routes.experts[layer][i][t], gates = routes.gates[layer][i][t];
  const total = gates.reduce((sum, gate) => sum + gate, 0) || 1, gap = w > 4 ? 1 : 0;
  let at = x + gap;
  experts.forEach((e, k) => {
    const piece = ((w - 2 * gap) * gates[k]) / total, expert = scene.expert(run, e);
    context.fillStyle = scene.texture(run, e, context);
    context.fillRect(at, y, piece, h);
    if (!expert.filled) outline(context, expert.hue, at, y, piece, h, 1);
    if (piece >= LABEL_FROM && h >= 9) nameTag(context, scene, expert, at + piece / 2, y + h / 2, h);
    at += piece;
  });
  if (feeds.length > 1 || !isChanged(routes, layer, i, t)) return; // two runs: what differs between them is marked instead
  if (w >= 6) outline(context, ink.text, x + gap, y, w - 2 * gap, h, 1.5);
  else {
    context.fillStyle = ink.text;
    context.fillRect(x, y, Math.max(Math.min(w / 2, 2), 1), h);
  }
}

export function outline(context, color, x, y, w, h, width) {
  if (w < 2 * width) return;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(x + width / 2, y + width / 2, w - width, h - width);
}

/** The expert's name on a plate, so that no texture runs through it. */
function nameTag(context, scene, expert, x, y, h) {
  const size = Math.min(Math.max(Math.floor(h * 0.8), 9), 12), width = expert.label.length * size * 0.66 + 4;
  context.fillStyle = expert.filled ? expert.hue : scene.ink.ground;
  context.fillRect(x - width / 2, y - size * 0.55, width, size * 1.1);
  write(context, scene.ink, expert.label, x, y, { align: "center", size, color: expert.filled ? expert.ink : scene.ink.text });
}

/** Twin view: a bar between the two halves of a word where, at one step, A and B chose other experts. */
function drawDifferences(context, scene, band) {
  const { feeds, layout, ink } = scene;
  context.fillStyle = ink.text;
  feeds[0].routes?.steps.forEach((_step, i) => {
    const [left, right] = columnOf(scene, 0, i);
    feeds[0].routes.tokens.forEach((_word, t) => {
      if (differs(scene, i, t)) context.fillRect(left + 1, band.y + (t + 0.5) * layout.row - 1, Math.max(right - left - 2, 1), 2);
    });
  });
}

/** { run, i, t } of the cell at a point of the routes band, or null. */
export function cellAt(scene, x, y) {
  const { layout, feeds } = scene, band = layout.bands.routes;
  const t = Math.floor((y - band.y) / layout.row);
  const run = Math.min(Math.floor((((y - band.y) / layout.row) % 1) * feeds.length), feeds.length - 1);
  const routes = feeds[run]?.routes;
  if (!routes || t < 0 || t >= routes.tokens.length) return null;
  const i = routes.steps.findIndex((_step, index) => {
    const [left, right] = columnOf(scene, run, index);
    return x >= left && x < right;
  });
  return i < 0 ? null : { run, i, t };
}
