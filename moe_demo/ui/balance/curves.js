// The curves of the theatre: held-out loss above, accuracy below, one line a run, its letter at its end.

import { el } from "../kit/dom.js";
import { THEATRE, axisOf, spaced } from "./layout.js";

export const DASHES = ["", "9 4", "2 3", "12 3 2 3", "5 3"];

function axisMarks(axis, panel, layout, shownAs) {
  const y = (value) => panel.top + panel.height * (1 - (value - axis.from) / (axis.to - axis.from));
  return axis.marks.flatMap((mark) => [
    el("line", { class: "grid", x1: layout.x0, x2: layout.x1, y1: y(mark), y2: y(mark) }),
    el("text", { class: "tick", x: layout.x0 - 7, y: y(mark) + 4, "text-anchor": "end" }, shownAs(mark, axis.digits)),
  ]);
}

/** Marks of the steps that fit below, the last one always. */
function stepMarks(layout, word) {
  const y = layout.height - THEATRE.bottom + 16, chosen = [];
  layout.steps.forEach((step, index) => {
    const isLast = index === layout.steps.length - 1;
    const before = chosen.at(-1);
    if (before !== undefined && layout.x(index) - layout.x(before) < 38) {
      if (!isLast) return;
      chosen.pop();
    }
    chosen.push(index);
  });
  return [
    ...chosen.map((index) => el("text", { class: "tick", x: layout.x(index), y, "text-anchor": "middle" }, layout.steps[index])),
    el("text", { class: "axis", x: (layout.x0 + layout.x1) / 2, y: y + 16, "text-anchor": "middle" }, word),
  ];
}

function curvePanel(data, layout, name, panel, shownAs) {
  const axis = axisOf(data.runs.flatMap((run) => run[name]));
  const y = (value) => panel.top + panel.height * (1 - (value - axis.from) / (axis.to - axis.from));
  const begun = data.runs.filter((run) => run.steps.length);
  const lines = begun.map((run) => {
    const { place } = run, points = run.steps.map((step, at) => [layout.x(layout.steps.indexOf(step)), y(run[name][at])]);
    const d = points.map(([px, py], at) => `${at ? "L" : "M"}${px.toFixed(1)},${py.toFixed(1)}`).join("");
    return { end: points.at(-1), node: el("g", { class: "curve", "data-run": place },
      el("path", { class: "wide", d }), el("path", { class: "line", d, stroke: data.looks[place], "stroke-dasharray": DASHES[place % DASHES.length] })) };
  });
  const seats = spaced(lines.map(({ end }) => end[1]), 15);
  lines.forEach(({ end, node }, seat) => node.append(
    el("path", { class: "leader", d: `M${end[0] + 2},${end[1]}L${end[0] + 17},${seats[seat]}` }),
    el("text", { class: "letter", x: end[0] + 20, y: seats[seat] + 5 }, begun[seat].letter)));
  return el("g", { class: "panel-of", "data-panel": name },
    el("text", { class: "axis title", x: layout.x0 - 40, y: panel.top - 14 }, data.words[name]),
    ...axisMarks(axis, panel, layout, shownAs), ...lines.map(({ node }) => node));
}

export function drawCurves(data, layout) {
  const percent = (value, digits) => `${(value * 100).toFixed(Math.max(0, digits - 2))}%`;
  return el("g", { class: "curves" },
    curvePanel(data, layout, "loss", layout.loss, (value, digits) => value.toFixed(digits)),
    curvePanel(data, layout, "accuracy", layout.accuracy, percent),
    ...stepMarks(layout, data.words.step));
}
