// This sentence's routes over the steps: a row a word, a column a checkpoint, a cell split among the K chosen experts.
import { shortened } from "../kit/text.js";
import { outline, widthOf, write } from "./canvas.js";
import { LAST_CELL, columnOf, isChanged, isComparable, isOther, piecesOf } from "./route_cells.js";
import { RUN_LETTERS } from "./scene.js";

const LABEL_FROM = 26; // width of a piece that has room for its expert's name
const OUTLINE_FROM = 6; // width of a cell that has room for an outline

/**
 * @typedef {import("./canvas.js").Context} Context
 * @typedef {import("./layout.js").Band} Band
 * @typedef {import("./record.js").Routes} Routes
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").ExpertLook} ExpertLook
 * @typedef {{ x: number, y: number, w: number, h: number }} Box
 */

/** @param {Context} context @param {Scene} scene */
export function drawRoutes(context, scene) {
  const { ink, axis, layout, records, data, words } = scene;
  const band = layout.bands.routes;
  const first = records.find((record) => record.routes)?.routes;
  if (!first) {
    const problem = records.find((record) => record.routesProblem)?.routesProblem;
    const says = problem ?? (data.sentence ? words.routes_waiting : words.no_sentence);
    return write(context, ink, says, axis.x0, band.y + 16, { muted: true });
  }
  drawWords(context, scene, first.tokens, band);
  context.save();
  context.beginPath();
  context.rect(axis.x0, band.y, axis.x1 - axis.x0 + LAST_CELL, band.h);
  context.clip();
  for (const run of records.keys()) drawRun(context, scene, run, band);
  if (records.length > 1) drawDifferences(context, scene, band);
  context.restore();
}

/**
 * All cells of a run: a whole row a word, or half of it where two runs share it.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 * @param {Band} band
 */
function drawRun(context, scene, run, band) {
  const { axis, layout, records, layer } = scene;
  const { routes } = records[run];
  if (!routes?.experts[layer]) return;
  const isTwin = records.length > 1;
  const half = layout.row / records.length;
  routes.steps.forEach((_step, i) => {
    const [left, right] = columnOf(axis, records[run], routes.steps, i);
    if (right < axis.x0 || left > axis.x1) return;
    routes.tokens.forEach((_word, t) => {
      const y = band.y + t * layout.row + run * half + (run ? 0 : 1);
      const box = { x: left, y, w: right - left, h: half - (isTwin ? 0.5 : 2) };
      drawCell(context, scene, box, routes.experts[layer][i][t], routes.gates[layer][i][t]);
      if (!isTwin && isChanged(routes, layer, i, t)) markChange(context, scene.ink.text, box);
    });
  });
}

/**
 * The words of the sentence in the left gutter; the picked one stands out.
 * @param {Context} context
 * @param {Scene} scene
 * @param {string[]} tokens
 * @param {Band} band
 */
function drawWords(context, { ink, axis, layout, data, records }, tokens, band) {
  const size = Math.min(Math.max(Math.floor(layout.row * 0.72), 10), 14);
  const isTwin = records.length > 1;
  const room = axis.x0 - 10 - (isTwin ? 16 : 0);
  const right = axis.x0 - 8 - (isTwin ? 14 : 0);
  tokens.forEach((word, t) => {
    const y = band.y + t * layout.row;
    const weight = t === data.token ? 700 : 400;
    if (t === data.token) {
      context.save();
      context.fillStyle = ink.primary;
      context.globalAlpha = 0.16;
      context.fillRect(0, y, axis.x1 + LAST_CELL, layout.row);
      context.restore();
    }
    const text = shortened(word, room, widthOf(ink, { size, weight }));
    write(context, ink, text, right, y + layout.row / 2, { align: "right", size, weight });
    if (!isTwin) return;
    RUN_LETTERS.forEach((letter, run) => {
      const middle = y + layout.row * (run ? 0.75 : 0.25);
      write(context, ink, letter, axis.x0 - 6, middle, { align: "right", size: 9.5, muted: true });
    });
  });
}

/** @param {number} width of a cell @returns {number} pixels left free at each of its sides */
function gapOf(width) {
  return width > 4 ? 1 : 0;
}

/**
 * One word at one checkpoint: pieces as wide as the gates.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Box} box
 * @param {number[]} experts
 * @param {number[]} gates
 */
function drawCell(context, scene, { x, y, w, h }, experts, gates) {
  const gap = gapOf(w);
  piecesOf(gates, x + gap, w - 2 * gap).forEach((piece, k) => {
    const expert = scene.expert(experts[k]);
    const box = { ...piece, y, h };
    context.fillStyle = scene.texture(experts[k]);
    context.fillRect(box.x, y, box.w, h);
    const isWide = box.w >= Math.max(LABEL_FROM, plateOf(expert, scene.ink.least));
    if (isWide && h >= 9) drawName(context, scene, expert, box);
  });
}

/**
 * An outline where the choice has just changed, or a stroke at its left where the cell is narrow.
 * @param {Context} context
 * @param {string} color
 * @param {Box} box
 */
function markChange(context, color, { x, y, w, h }) {
  const gap = gapOf(w);
  if (w >= OUTLINE_FROM) return outline(context, color, { x: x + gap, y, w: w - 2 * gap, h }, 1.5);
  context.fillStyle = color;
  context.fillRect(x, y, Math.max(Math.min(w / 2, 2), 1), h);
}

/**
 * Width of the plate below an expert's name.
 * @param {ExpertLook} expert
 * @param {number} size of the type
 */
function plateOf({ label }, size) {
  return label.length * size * 0.66 + 4;
}

/**
 * The expert's name on a plate, so that no texture runs through it.
 * @param {Context} context
 * @param {Scene} scene
 * @param {ExpertLook} expert
 * @param {Box} box
 */
function drawName(context, { ink }, expert, { x, y, w, h }) {
  const size = Math.max(Math.min(Math.max(Math.floor(h * 0.8), 9), 12), ink.least);
  const width = plateOf(expert, size);
  const [cx, cy] = [x + w / 2, y + h / 2];
  context.fillStyle = expert.hue;
  context.fillRect(cx - width / 2, cy - size * 0.55, width, size * 1.1);
  write(context, ink, expert.label, cx, cy, { align: "center", size, color: expert.ink });
}

/**
 * Two runs: a bar between the two halves of a word where, at one step, A and B chose other experts.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Band} band
 */
function drawDifferences(context, scene, band) {
  const { axis, records, layout, layer, ink } = scene;
  const [a, b] = records.map((record) => record.routes);
  if (!a || !b || !isComparable(scene)) return;
  context.fillStyle = ink.text;
  a.steps.forEach((_step, i) => {
    const [left, right] = columnOf(axis, records[0], a.steps, i);
    a.tokens.forEach((_word, t) => {
      if (!isOther(a, b, layer, i, t)) return;
      context.fillRect(left + 1, band.y + (t + 0.5) * layout.row - 1, Math.max(right - left - 2, 1), 2);
    });
  });
}
