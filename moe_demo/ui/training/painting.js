// The two canvases of the training picture: below what the records say, above it what the reader points at.
import { canvasTexture, clearedCanvas, crossHatch, inkOf, outline, verticalLine } from "./canvas.js";
import { drawAccuracy, drawExpertLines, drawLoss, drawMaxVio } from "./curves.js";
import { drawHeatmap, drawRowValues } from "./heatmap.js";
import { LINES_UP_TO, RULER, bandLayout } from "./layout.js";
import { LAST_CELL, columnOf } from "./route_cells.js";
import { drawRoutes } from "./routes.js";
import { drawRuler } from "./ruler.js";
import { batchAt } from "./words.js";

const DARK_INK = "#111111"; // on the colours of the heatmap, whatever the theme
const LEAST_LIMIT = 1e-3; // of an axis of biases

/**
 * @typedef {import("./canvas.js").Context} Context
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").ExpertLook} ExpertLook
 *
 * @typedef {object} Size of a picture that is to be painted
 * @property {number} width
 * @property {number} height as it is wished
 *
 * @typedef {object} Looked what the reader points at
 * @property {number | null} step whose values are written out
 * @property {number | null} checkpoint in force
 * @property {number | null} line where the line of the handle stands
 * @property {boolean} isHovered
 * @property {[number, number] | null} brush ends of the part that is being marked, in pixels
 * @property {(run: number) => number | null} pointed row of a run under the pointer
 */

/**
 * Everything that painting needs to know; sets the ends of the axis.
 * @param {HTMLElement} root
 * @param {HTMLCanvasElement} canvas
 * @param {Size} size
 * @param {Pick<Scene, "axis" | "records" | "data" | "layer" | "mode">} picture
 * @returns {{ scene: Scene, context: Context }}
 */
export function sceneOf(root, canvas, size, { axis, records, data, layer, mode }) {
  const ink = inkOf(root);
  const words = Math.max(...records.map((record) => record.routes?.tokens.length ?? 0), 0);
  const layout = bandLayout({ ...size, runs: records.length, words, least: ink.least });
  axis.end = Math.max(1, ...records.map(lastStep));
  axis.x0 = layout.x0;
  axis.x1 = layout.x1;
  const context = clearedCanvas(canvas, layout.width, layout.height);
  const biases = records.flatMap((record) => (record.bias[layer] ?? []).flat());
  /** @type {ExpertLook} */
  const plain = { label: "", hue: data.lines.train, ink: ink.ground, texture: "solid" };
  const expert = (/** @type {number} */ e) => data.experts[e] ?? { ...plain, label: `E${e}` };
  /** @type {Map<number, CanvasPattern>} */
  const textures = new Map();
  const texture = (/** @type {number} */ e) => {
    const known = textures.get(e) ?? canvasTexture(context, expert(e));
    textures.set(e, known);
    return known;
  };
  const biasLimit = Math.max(...biases.map((value) => Math.abs(value ?? 0)), LEAST_LIMIT);
  const hatch = crossHatch(context, ink, ink.text);
  const hatchDark = crossHatch(context, ink, DARK_INK);
  const seen = { axis, layout, records, data, words: data.words, layer, mode, biasLimit };
  return { scene: { ...seen, ink, expert, texture, hatch, hatchDark }, context };
}

/**
 * The last step that a run will have.
 * @param {import("./record.js").LiveRecord} record
 */
function lastStep({ state, step, nSteps }) {
  return state === "done" ? step : Math.max(nSteps, step);
}

/**
 * What the records say.
 * @param {Context} context
 * @param {Scene} scene
 * @param {{ x: number }[]} flags
 */
export function paintRecords(context, scene, flags) {
  drawRuler(context, scene);
  drawLoss(context, scene);
  drawAccuracy(context, scene);
  scene.records.forEach((record, run) => {
    if (scene.mode === "max_vio") drawMaxVio(context, scene, run);
    else if (record.nRouted <= LINES_UP_TO) drawExpertLines(context, scene, run);
    else drawHeatmap(context, scene, run);
  });
  drawRoutes(context, scene);
  for (const { x } of flags) {
    verticalLine(context, scene.ink.text, x, RULER, scene.layout.height, { alpha: 0.5, dash: [2, 3] });
  }
}

/**
 * What the reader points at.
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {Looked} looked
 */
export function paintLooked(canvas, scene, looked) {
  const { layout, axis, ink } = scene;
  const { step, checkpoint, line, brush } = looked;
  const context = clearedCanvas(canvas, layout.width, layout.height);
  if (brush) paintBrush(context, scene, brush);
  if (checkpoint !== null) paintColumn(context, scene, checkpoint);
  if (line !== null && axis.holds(axis.x(line))) {
    verticalLine(context, ink.primary, axis.x(line), RULER - 4, layout.height, { width: 2 });
  }
  if (step === null) return;
  if (looked.isHovered) {
    verticalLine(context, ink.text, axis.x(step), RULER - 4, layout.height, { alpha: 0.8, dash: [3, 3] });
  }
  scene.records.forEach((record, run) => {
    const i = batchAt(record, step);
    const isHeatmap = scene.mode !== "max_vio" && record.nRouted > LINES_UP_TO;
    if (isHeatmap && i >= 0) drawRowValues(context, scene, run, i, looked.pointed(run));
  });
}

/** @param {Context} context @param {Scene} scene @param {[number, number]} ends */
function paintBrush(context, { ink, layout }, ends) {
  const left = Math.min(...ends);
  context.save();
  context.fillStyle = ink.primary;
  context.globalAlpha = 0.16;
  context.fillRect(left, RULER, Math.max(...ends) - left, layout.height - RULER);
  context.restore();
}

/**
 * A frame around the routes of the checkpoint in force.
 * @param {Context} context
 * @param {Scene} scene
 * @param {number} checkpoint
 */
function paintColumn(context, { records, layout, axis, ink }, checkpoint) {
  const { routes } = records[0];
  const i = routes ? routes.steps.indexOf(checkpoint) : -1;
  if (!routes || i < 0) return;
  const [from, to] = columnOf(axis, records[0], routes.steps, i);
  const left = Math.max(from, axis.x0 - 1);
  const right = Math.min(to, axis.x1 + LAST_CELL);
  const { y, h } = layout.bands.routes;
  if (right > left) outline(context, ink.primary, { x: left, y: y - 1, w: right - left, h: h + 2 }, 2.5);
}
