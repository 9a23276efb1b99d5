// Many experts over the steps: one row a seat, diverging colours around what is fair, dead experts crossed out.

import { indexAt } from "./axis.js";
import { signed } from "./curves.js";
import { hexParts, rampColor, write } from "./paint.js";

export const LOAD_END = 2; // load / fair share at which the ramp ends; 0 is its other end

/** Runs [from, to) of consecutive places where a row lies below a bound. */
export function deadSpans(row, bound) {
  const spans = [];
  let from = -1;
  row.forEach((value, i) => {
    const isDead = value !== null && value < bound;
    if (isDead && from < 0) from = i;
    if (!isDead && from >= 0) { spans.push([from, i]); from = -1; }
  });
  if (from >= 0) spans.push([from, row.length]);
  return spans;
}

/** Place of a value on the diverging ramp, 0 to 1, its middle at fair load or at no bias. */
function heatPlace(value, mode, limit) {
  return mode === "bias" ? 0.5 + value / (2 * limit) : Math.min(value / LOAD_END, 1);
}

/** The heatmap of one run. Each pixel column shows the record at or before its step; where nothing is known, nothing. */
export function drawHeat(context, scene, run) {
  const { ink, axis, feeds, layer, mode, data } = scene, feed = feeds[run], band = scene.layout.bands[`seats${run}`];
  const rows = feed[mode === "bias" ? "bias" : "load"][layer] ?? [], n = rows.length;
  drawSeatNames(context, scene, run, n);
  if (!n || !feed.steps.length) return;
  const left = Math.max(axis.x(feed.steps[0]), axis.x0), right = Math.min(axis.x(Math.max(feed.steps[feed.last], feed.steps[0])), axis.x1);
  const width = Math.round(right - left);
  if (width < 1) return;
  const places = Array.from({ length: width }, (_, px) => indexAt(feed.steps, axis.at(left + px + 1)));
  const image = new ImageData(width, n);
  const [red, green, blue] = hexLike(context, ink.border);
  for (let e = 0; e < n; e++) {
    for (let px = 0; px < width; px++) {
      const value = places[px] < 0 ? null : rows[e][places[px]], at = 4 * (e * width + px);
      const [r, g, b] = value === null || value === undefined ? [red, green, blue] : rampColor(data.ramps.diverging, heatPlace(value, mode, scene.biasLimit));
      image.data.set([r, g, b, 255], at);
    }
  }
  const offscreen = new OffscreenCanvas(width, n);
  offscreen.getContext("2d").putImageData(image, 0, 0);
  context.save();
  context.imageSmoothingEnabled = false;
  context.drawImage(offscreen, left, band.y, width, band.h);
  const h = band.h / n;
  if (mode === "load") {
    context.fillStyle = scene.hatchDark;
    rows.forEach((row, e) => {
      for (const [from, to] of deadSpans(places.map((i) => (i < 0 ? null : row[i])), data.dead_below)) {
        context.fillRect(left + from, band.y + e * h, to - from, h);
      }
    });
  }
  context.strokeStyle = ink.ground; // a hairline between seats, so that a row can be followed
  context.lineWidth = 1;
  for (let e = 1; e < n && h >= 5; e++) {
    context.beginPath();
    context.moveTo(left, band.y + e * h);
    context.lineTo(left + width, band.y + e * h);
    context.stroke();
  }
  context.restore();
}

/** As [red, green, blue], whatever way the theme writes its colour. */
function hexLike(context, color) {
  context.save();
  context.fillStyle = color;
  const hex = context.fillStyle;
  context.restore();
  return hex.startsWith("#") ? hexParts(hex) : [128, 128, 128];
}

/** Names of the seats in the left gutter, as many as stay readable. */
function drawSeatNames(context, scene, run, n) {
  const { ink, axis } = scene, band = scene.layout.bands[`seats${run}`], h = band.h / Math.max(n, 1);
  const every = Math.max(Math.ceil(10 / h), 1), size = Math.min(Math.max(Math.floor(h), 9), 12);
  for (let e = 0; e < n; e += every) {
    write(context, ink, scene.expert(run, e).label, axis.x0 - 8, band.y + (e + 0.5) * h, { align: "right", size, muted: true });
  }
}

/** What every seat has at a step, right of the picture; drawn over the picture, anew at each look. */
export function drawSeatValues(context, scene, run, index, row) {
  const { ink, axis, feeds, layer, mode, words, data } = scene, feed = feeds[run], band = scene.layout.bands[`seats${run}`];
  const rows = feed[mode === "bias" ? "bias" : "load"][layer] ?? [], h = band.h / Math.max(rows.length, 1);
  const size = Math.min(Math.max(Math.floor(h), 9), 12), every = Math.max(Math.ceil(10 / h), 1);
  const x = Math.max(Math.min(axis.x(feed.steps[feed.last]), axis.x1), axis.x0) + 10; // beside the newest column
  rows.forEach((values, e) => {
    if (e !== row && (e % every || Math.abs(e - row) * h < 10 && row !== null)) return;
    const value = values[index], isDead = mode === "load" && value !== null && value < data.dead_below;
    write(context, ink, `${signed(value, mode)}${isDead ? ` ${words.dead}` : ""}`, x, band.y + (e + 0.5) * h,
      { size: e === row ? 12 : size, weight: e === row || isDead ? 700 : 400, muted: e !== row && !isDead });
  });
}
