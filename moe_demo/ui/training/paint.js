// Marks on the canvas that all bands of the laboratory share.

import { TEXTURE_MARKS } from "../kit/textures.js";

const END_APART = 90; // pixels: lines that end closer than this share one column of names

/** What the theme says now: colours as CSS gives them, and the type. */
export function inkOf(root) {
  const style = getComputedStyle(root), of = (name) => style.getPropertyValue(name).trim();
  return {
    text: of("--st-text-color"), ground: of("--st-background-color"), border: of("--st-border-color"),
    primary: of("--st-primary-color"), font: style.fontFamily,
  };
}

/** A canvas that is sharp on this screen, and its context in CSS pixels. */
export function fitCanvas(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return context;
}

/** A colour between the stops of a ramp, t from 0 to 1, as [red, green, blue]. */
export function rampColor(ramp, t) {
  const place = Math.min(Math.max(t, 0), 1) * (ramp.length - 1), i = Math.min(Math.floor(place), ramp.length - 2);
  const [a, b] = [hexParts(ramp[i]), hexParts(ramp[i + 1])];
  return a.map((part, c) => Math.round(part + (b[c] - part) * (place - i)));
}

export function hexParts(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** Text whose middle is at height y; `muted` for what only helps to read. */
export function write(context, ink, text, x, y, { align = "left", size = 12, weight = 400, muted = false, halo = false, color = ink.text } = {}) {
  context.save();
  context.font = `${weight} ${size}px ${ink.font}`;
  context.textAlign = align;
  context.textBaseline = "middle";
  if (halo) {
    context.strokeStyle = ink.ground;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.strokeText(text, x, y + 0.5);
  }
  context.fillStyle = color;
  context.globalAlpha = muted ? 0.72 : 1;
  context.fillText(text, x, y + 0.5);
  context.restore();
}

/** A text cut with … so that it fits. */
export function fitText(context, ink, text, width, { size = 12, weight = 400 } = {}) {
  context.font = `${weight} ${size}px ${ink.font}`;
  if (context.measureText(text).width <= width) return text;
  let cut = [...text];
  while (cut.length > 1 && context.measureText(`${cut.join("")}…`).width > width) cut.pop();
  return `${cut.join("")}…`;
}

/** A quiet horizontal rule with its number in the left gutter, the number kept beside its own band. */
export function gridLine(context, ink, axis, band, y, label) {
  context.save();
  context.strokeStyle = ink.text;
  context.globalAlpha = 0.13;
  context.beginPath();
  context.moveTo(axis.x0, Math.round(y) + 0.5);
  context.lineTo(axis.x1, Math.round(y) + 0.5);
  context.stroke();
  context.restore();
  const at = Math.min(Math.max(y, band.y + 4), band.y + band.h - 4);
  write(context, ink, label, axis.x0 - 8, at, { align: "right", size: 11, muted: true });
}

/** A line through points; gaps where a value is no number. `casing` sets it off from a ground it is close to. */
export function drawLine(context, xs, ys, { color, width = 1.5, dash = [], alpha = 1, casing = null }) {
  context.save();
  context.lineJoin = "round";
  context.setLineDash(dash);
  context.beginPath();
  let isDown = false;
  for (let i = 0; i < xs.length; i++) {
    if (ys[i] === null || !Number.isFinite(ys[i])) { isDown = false; continue; }
    if (isDown) context.lineTo(xs[i], ys[i]);
    else context.moveTo(xs[i], ys[i]);
    isDown = true;
  }
  if (casing) {
    context.strokeStyle = casing;
    context.lineWidth = width + 1.2;
    context.globalAlpha = 0.4;
    context.stroke();
  }
  context.globalAlpha = alpha;
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke();
  context.restore();
}

/** Marks at points: filled discs. */
export function drawDots(context, xs, ys, color, radius) {
  context.save();
  context.fillStyle = color;
  for (let i = 0; i < xs.length; i++) {
    if (ys[i] === null || !Number.isFinite(ys[i])) continue;
    context.beginPath();
    context.arc(xs[i], ys[i], radius, 0, 2 * Math.PI);
    context.fill();
  }
  context.restore();
}

/** Names at the ends of lines, those of lines that end together pushed apart, each after a piece of its line. */
export function endLabels(context, ink, items, band) {
  const ends = items.filter((item) => Number.isFinite(item.y)).sort((a, b) => a.y - b.y);
  for (const x of new Set(ends.map((item) => Math.round(item.x / END_APART)))) {
    spread(ends.filter((item) => Math.round(item.x / END_APART) === x), band);
  }
  for (const item of ends) {
    drawLine(context, [item.x + 5, item.x + 19], [item.at, item.at], item);
    write(context, ink, item.text, item.x + 24, item.at, { size: item.size, weight: item.width > 2 ? 600 : 400, halo: true });
  }
}

/** Heights `at` for labels sorted by height: as near to their lines as their own size and the band allow. */
function spread(items, band) {
  const apart = Math.min(14, (band.h + 8) / items.length);
  items.forEach((item, i) => { item.at = Math.max(item.y, i ? items[i - 1].at + apart : band.y + 4); });
  let below = band.y + band.h - 4 + apart;
  for (const item of [...items].reverse()) below = item.at = Math.min(item.at, below - apart);
  for (const item of items) item.size = Math.min(12, Math.floor(apart) - 1);
}

/** The texture of an expert as a pattern for this context: its hue as ground, its marks as ink. */
export function canvasTexture(context, ink, expert) {
  const tile = document.createElement("canvas"), ratio = window.devicePixelRatio || 1;
  tile.width = tile.height = 8 * ratio;
  const paint = tile.getContext("2d");
  paint.scale(ratio, ratio);
  paint.fillStyle = expert.filled ? expert.hue : ink.ground;
  paint.fillRect(0, 0, 8, 8);
  paint.fillStyle = paint.strokeStyle = expert.filled ? expert.ink : expert.hue;
  paint.globalAlpha = expert.filled ? 0.55 : 0.9;
  paint.lineWidth = 1.2;
  if (expert.texture === "dots" || expert.texture === "rings") {
    paint.beginPath();
    paint.arc(4, 4, expert.texture === "dots" ? 1.4 : 2.4, 0, 2 * Math.PI);
    if (expert.texture === "dots") paint.fill();
    else paint.stroke();
  } else if (TEXTURE_MARKS[expert.texture]) paint.stroke(new Path2D(TEXTURE_MARKS[expert.texture]));
  const pattern = context.createPattern(tile, "repeat");
  pattern.setTransform(new DOMMatrix().scale(1 / ratio));
  return pattern;
}

/** Crossed lines over what is dead or missing. */
export function crossHatch(context, ink) {
  return canvasTexture(context, ink, { texture: "cross", filled: false, hue: ink.text, ink: ink.text });
}
