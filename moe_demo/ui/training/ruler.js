// The ruler above the bands: round steps and checkpoints, with the lines that run from it through the picture.
import { shortened } from "../kit/text.js";
import { verticalLine, widthOf, write } from "./canvas.js";
import { RULER } from "./layout.js";

const TICK_APART = 64;
const LINE = RULER - 3.5; // height of the ruler's own line
const DIAMOND = { w: 3.5, h: 4.5 };

/**
 * @typedef {import("./canvas.js").Context} Context
 * @typedef {import("./scene.js").Scene} Scene
 */

/** @param {Context} context @param {Scene} scene */
export function drawRuler(context, scene) {
  const { ink, axis, records, words, layout } = scene;
  const room = axis.x0 - 12;
  const title = shortened(words.steps, room, widthOf(ink, { size: 11 }));
  write(context, ink, title, room, 22, { align: "right", size: 11, muted: true });
  for (const { step, x } of axis.ticks(TICK_APART)) {
    write(context, ink, String(step), x, 22, { align: "center", size: 11, muted: true });
    verticalLine(context, ink.text, x, 29, RULER - 4, { alpha: 0.5 });
    verticalLine(context, ink.text, x, RULER, layout.height, { alpha: 0.07 });
  }
  context.save();
  context.strokeStyle = ink.text;
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(axis.x0, LINE);
  context.lineTo(axis.x1, LINE);
  context.stroke();
  context.restore();
  context.save();
  context.fillStyle = ink.primary;
  const xs = records[0].checkpoints.map((step) => axis.x(step));
  for (const x of xs.filter((at) => axis.holds(at))) drawDiamond(context, x);
  context.restore();
}

/**
 * Here the weights were kept.
 * @param {Context} context
 * @param {number} x
 */
function drawDiamond(context, x) {
  context.beginPath();
  context.moveTo(x, LINE - DIAMOND.h);
  context.lineTo(x + DIAMOND.w, LINE);
  context.lineTo(x, LINE + DIAMOND.h);
  context.lineTo(x - DIAMOND.w, LINE);
  context.fill();
}
