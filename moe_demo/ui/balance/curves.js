// The curves of the comparison: held-out loss above, accuracy below, one line a run, its letter at its end.
import { el } from "../kit/dom.js";
import { fixed, percent } from "../kit/numbers.js";
import { pathOf } from "../kit/scale.js";
import { whyMark } from "../kit/why.js";
import { CURVES, axisOf, heightIn, letterHeights, roundSteps } from "./layout.js";

const DASHES = ["", "9 4", "2 3", "12 3 2 3", "5 3"];
const STEP_APART = 38;
const POINT = 3; // radius of an evaluation

/**
 * @typedef {import("./picture.types.js").PictureData} Comparison
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Axis} Axis
 */

/**
 * Colour and dash of a run's line.
 * @param {Comparison} data
 * @param {number} run
 */
export function lineLook(data, run) {
  return { stroke: data.looks[run], "stroke-dasharray": DASHES[run % DASHES.length] };
}

/** @param {Comparison} data @param {Layout} layout */
export function drawCurves(data, layout) {
  return el(
    "g",
    { class: "curves" },
    curvePanel(data, layout, "loss", fixed),
    curvePanel(data, layout, "accuracy", (value, digits) => percent(value, Math.max(0, digits - 2))),
    ...stepMarks(layout, data.words.step),
  );
}

/**
 * @param {Comparison} data
 * @param {Layout} layout
 * @param {"loss" | "accuracy"} name
 * @param {(value: number, digits: number) => string} written
 */
function curvePanel(data, layout, name, written) {
  const panel = layout[name];
  const axis = axisOf(data.runs.flatMap((run) => run[name]));
  const y = heightIn(axis, panel);
  const curves = data.runs.flatMap((run, place) => {
    /** @type {[number, number][]} */
    const points = run.steps.map((step, at) => [layout.x(layout.steps.indexOf(step)), y(run[name][at])]);
    return points.length ? [{ letter: run.letter, place, points }] : [];
  });
  const heights = letterHeights(curves.map(({ points }) => points[points.length - 1][1]));
  return el(
    "g",
    { class: "panel-of", "data-panel": name },
    el("text", { class: "axis title", x: layout.x0 - 40, y: panel.top - 14 }, data.words[name]),
    ...gridMarks(axis, layout, y, written),
    ...curves.map(({ letter, place, points }, i) => {
      const [x, end] = points[points.length - 1];
      const d = pathOf(points);
      return el(
        "g",
        { class: "curve", "data-run": place },
        el("path", { class: "wide", d }),
        el("path", { class: "line", d, ...lineLook(data, place) }),
        ...(name === "accuracy" && data.revealed ? pointMarks(data, place, points) : []),
        el("path", { class: "leader", d: `M${x + 2},${end}L${x + 17},${heights[i]}` }),
        el("text", { class: "letter", x: x + 20, y: heights[i] + 5 }, letter),
      );
    }),
  );
}

/**
 * Every evaluation as a mark that tells where its accuracy comes from; of a loss no parts are recorded. While there is
 * something to guess, a click anywhere on the line guesses.
 * @param {Comparison} data
 * @param {number} run
 * @param {[number, number][]} points
 */
function pointMarks(data, run, points) {
  return points.map(([cx, cy], at) => {
    const mark = whyMark(`eval_accuracy-${run}-${data.runs[run].steps[at]}`);
    return el("circle", { class: "evaluation", cx, cy, r: POINT, fill: data.looks[run], ...mark });
  });
}

/**
 * @param {Axis} axis
 * @param {Layout} layout
 * @param {(value: number) => number} y
 * @param {(value: number, digits: number) => string} written
 */
function gridMarks({ marks, digits }, { x0, x1 }, y, written) {
  return marks.flatMap((mark) => [
    el("line", { class: "grid", x1: x0, x2: x1, y1: y(mark), y2: y(mark) }),
    el("text", { class: "tick", x: x0 - 7, y: y(mark) + 4, "text-anchor": "end" }, written(mark, digits)),
  ]);
}

/** @param {Layout} layout @param {string} word */
function stepMarks(layout, word) {
  const y = layout.curvesHeight - CURVES.bottom + 16;
  const steps = roundSteps(layout, STEP_APART).map(({ step, x }) =>
    el("text", { class: "tick", x, y, "text-anchor": "middle" }, step),
  );
  const middle = { x: (layout.x0 + layout.x1) / 2, y: y + 16, "text-anchor": "middle" };
  return [...steps, el("text", { class: "axis", ...middle }, word)];
}
