// The theatre as a table: the same numbers for who does not read pictures.

import { el } from "../kit/dom.js";

export function theatreTable(data) {
  const { words } = data;
  const heads = [words.run, words.step, words.loss, words.accuracy, ...(data.revealed ? [words.method, "MaxVio", words.floor] : [])];
  const rows = data.runs.flatMap((run) => run.steps.map((step, at) => {
    const vio = data.revealed ? [run.name, Math.max(...run.course[at]).toFixed(3), run.floor.toFixed(3)] : [];
    const cells = [step, run.loss[at].toFixed(4), `${(run.accuracy[at] * 100).toFixed(2)}%`, ...vio];
    return el("tr", {}, el("th", { scope: "row" }, run.letter), ...cells.map((cell) => el("td", {}, cell)));
  }));
  return el("table", {}, el("caption", {}, data.label),
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))), el("tbody", {}, ...rows));
}

export function theatreKeys(data) {
  return el("dl", { class: "keys" }, ...Object.entries(data.keys).flatMap(([key, says]) => [el("dt", {}, key), el("dd", {}, says)]));
}
