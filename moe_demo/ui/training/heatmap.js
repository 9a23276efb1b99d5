// Many experts over the steps: one row an expert, diverging colours around what is fair, dead experts crossed out.
import { loadPlace, rampAt, signedPlace } from "../kit/colour.js";
import { indexAt } from "./axis.js";
import { channelsOf, write } from "./canvas.js";
import { expertsBand } from "./layout.js";
import { deadSpans, rowNames } from "./points.js";
import { expertRows } from "./scene.js";
import { expertValue } from "./words.js";

export const LOAD_END = 2; // load / fair share at which the ramp ends; 0 is its other end
const OPAQUE = 255;
const LINES_FROM = 5; // pixels of a row that has room for a line below it

/**
 * @typedef {import("./canvas.js").Context} Context
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").Column} Column
 * @typedef {{ left: number, width: number, places: number[] }} Pixels columns of pixels and the record's index of each
 */

/**
 * The columns of pixels of a heatmap: each shows the record at or before its step; null where there is none.
 * @param {import("./scene.js").StepAxis} axis
 * @param {number[]} steps
 * @returns {Pixels | null}
 */
export function pixelsOf(axis, steps) {
  if (!steps.length) return null;
  const left = Math.max(axis.x(steps[0]), axis.x0);
  const right = Math.min(axis.x(steps[steps.length - 1]), axis.x1);
  const width = Math.round(right - left);
  if (width < 1) return null;
  const places = Array.from({ length: width }, (_, px) => indexAt(steps, axis.at(left + px + 1)));
  return { left, width, places };
}

/**
 * The heatmap of one run; where nothing is known, nothing.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 */
export function drawHeatmap(context, scene, run) {
  const { axis, records, mode, layout } = scene;
  const band = layout.bands[expertsBand(run)];
  const rows = expertRows(scene, run);
  drawNames(context, scene, run, rows.length);
  const pixels = rows.length ? pixelsOf(axis, records[run].steps) : null;
  if (!pixels) return;
  const image = coloured(context, scene, rows, pixels);
  context.save();
  context.imageSmoothingEnabled = false;
  context.drawImage(image, pixels.left, band.y, pixels.width, band.h);
  if (mode === "load") drawDead(context, scene, rows, pixels, band);
  drawRowLines(context, scene, rows.length, pixels, band);
  context.restore();
}

/**
 * One pixel a value, to be stretched to the height of the band.
 * @param {Context} context
 * @param {Scene} scene
 * @param {Column[]} rows
 * @param {Pixels} pixels
 * @returns {OffscreenCanvas}
 */
function coloured(context, { ink, mode, biasLimit, data }, rows, { width, places }) {
  const image = new ImageData(width, rows.length);
  const unknown = channelsOf(context, ink.border);
  const ramp = data.ramps.diverging;
  rows.forEach((row, e) => {
    places.forEach((place, px) => {
      const value = row[place] ?? null;
      const at = mode === "bias" ? signedPlace(value ?? 0, biasLimit) : loadPlace(value ?? 0, LOAD_END);
      const parts = value === null ? unknown : rampAt(ramp, at);
      image.data.set([...parts, OPAQUE], 4 * (e * width + px));
    });
  });
  const canvas = new OffscreenCanvas(width, rows.length);
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

/**
 * @param {Context} context
 * @param {Scene} scene
 * @param {Column[]} rows
 * @param {Pixels} pixels
 * @param {import("./layout.js").Band} band
 */
function drawDead(context, { hatchDark, data }, rows, { left, places }, band) {
  const h = band.h / rows.length;
  context.fillStyle = hatchDark;
  rows.forEach((row, e) => {
    const seen = places.map((place) => row[place] ?? null);
    for (const [from, to] of deadSpans(seen, data.dead_below)) {
      context.fillRect(left + from, band.y + e * h, to - from, h);
    }
  });
}

/**
 * A hairline between rows, so that one can be followed.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} n
 * @param {Pixels} pixels
 * @param {import("./layout.js").Band} band
 */
function drawRowLines(context, { ink }, n, { left, width }, band) {
  const h = band.h / n;
  context.strokeStyle = ink.ground;
  context.lineWidth = 1;
  for (let e = 1; e < n && h >= LINES_FROM; e++) {
    context.beginPath();
    context.moveTo(left, band.y + e * h);
    context.lineTo(left + width, band.y + e * h);
    context.stroke();
  }
}

/**
 * Names of the experts in the left gutter, as many as stay readable.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 * @param {number} n
 */
function drawNames(context, { ink, axis, layout, expert }, run, n) {
  const band = layout.bands[expertsBand(run)];
  const h = band.h / Math.max(n, 1);
  const { size, every } = rowNames(h, ink.least);
  for (let e = 0; e < n; e += every) {
    const y = band.y + (e + 0.5) * h;
    write(context, ink, expert(e).label, axis.x0 - 8, y, { align: "right", size, muted: true });
  }
}

/**
 * What every expert has at a step, right of the picture; drawn over the picture, anew at each look.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} run
 * @param {number} index of the record
 * @param {number | null} pointed the row under the pointer, whose value always has room
 */
export function drawRowValues(context, scene, run, index, pointed) {
  const { ink, axis, records, mode, words, data, layout } = scene;
  const { steps, last } = records[run];
  const band = layout.bands[expertsBand(run)];
  const rows = expertRows(scene, run);
  const h = band.h / Math.max(rows.length, 1);
  const { size, every } = rowNames(h, ink.least);
  const x = Math.max(Math.min(axis.x(steps[last]), axis.x1), axis.x0) + 10; // beside the newest column
  rows.forEach((values, e) => {
    const isPointed = e === pointed;
    const isCovered = pointed !== null && Math.abs(e - pointed) * h < Math.max(10, ink.least);
    if (!isPointed && (e % every || isCovered)) return;
    const value = values[index];
    const isDead = mode === "load" && value !== null && value < data.dead_below;
    const text = `${expertValue(value, mode)}${isDead ? ` ${words.dead}` : ""}`;
    const look = isPointed ? { size: 12, weight: 700 } : { size, weight: isDead ? 700 : 400, muted: !isDead };
    write(context, ink, text, x, band.y + (e + 0.5) * h, look);
  });
}
