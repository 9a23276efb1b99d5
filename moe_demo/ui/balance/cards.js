// The cards of the theatre: a closed curtain with a letter, or the load of every expert over the steps.

import { el } from "../kit/dom.js";
import { loadColour } from "../kit/load_colour.js";
import { DASHES } from "./curves.js";
import { THEATRE } from "./layout.js";

function curtain(layout, run) {
  const top = THEATRE.cardHead, height = layout.height - THEATRE.cardHead - THEATRE.cardFoot;
  return [
    el("rect", { class: "fabric", x: 0, y: top, width: layout.cardWidth, height, rx: 6, fill: "url(#theatre-fabric)" }),
    el("circle", { class: "plate", cx: layout.cardWidth / 2, cy: top + height / 2, r: 27 }),
    el("text", { class: "plate-letter", x: layout.cardWidth / 2, y: top + height / 2 + 8, "text-anchor": "middle" }, run.letter),
  ];
}

function heat(run, layer, data, layout) {
  const top = layout.heatTop(layer), cells = [];
  run.load[layer].forEach((loads, at) => {
    const x = layout.steps.indexOf(run.steps[at]) * layout.cell;
    loads.forEach((value, expert) => {
      const place = { x, y: top + expert * layout.row, width: layout.cell + 0.4, height: layout.row + 0.2 };
      cells.push(el("rect", { ...place, fill: loadColour(value, data.ramp, data.top) }));
      if (value < data.dead_below) cells.push(el("rect", { ...place, class: "dead", fill: "url(#theatre-dead)" }));
    });
  });
  const frame = { class: "frame", x: 0, y: top, width: layout.cardWidth, height: layout.heatHeight };
  const label = el("text", { class: "tick", x: 0, y: top - 4 }, `L${layer}`);
  const vio = el("text", { class: "tick", x: layout.cardWidth, y: top - 4, "text-anchor": "end" }, `MaxVio ${run.max_vio[layer].toFixed(2)}`);
  return [label, vio, ...cells, el("rect", frame)];
}

function cardHead(run, data, layout) {
  const key = el("line", { class: "key", x1: 0, x2: 22, y1: 12, y2: 12, stroke: data.looks[run.place], "stroke-dasharray": DASHES[run.place % DASHES.length] });
  const name = data.revealed ? run.name : "";
  return [key, el("text", { class: "card-letter", x: 28, y: 17 }, run.letter),
    el("text", { class: "card-name", x: 0, y: 36 }, name)];
}

function cardFoot(run, data, layout) {
  const y = layout.height - THEATRE.cardFoot + 18;
  if (!data.revealed) {
    const isGuess = data.guess === run.place;
    return [el("text", { class: "guess-word", x: layout.cardWidth / 2, y, "text-anchor": "middle" }, isGuess ? data.words.guessed : data.words.guess),
      el("text", { class: "tick", x: layout.cardWidth / 2, y: y + 18, "text-anchor": "middle" }, run.state)];
  }
  if (!run.foot) return [el("text", { class: "tick", x: 0, y }, run.state)];
  return [
    ...run.foot.map((line, place) => el("text", { class: run.most_uneven ? "uneven" : "tick", x: 0, y: y + place * 18 }, line)),
  ];
}

export function drawCard(run, data, layout) {
  const inside = run.load ? run.load.flatMap((_, layer) => heat(run, layer, data, layout)) : curtain(layout, run);
  return el("g", {
    class: `card${data.guess === run.place ? " guessed" : ""}${run.most_uneven ? " most-uneven" : ""}`, "data-run": run.place, role: "button",
    tabindex: run.place === 0 ? 0 : -1, "aria-label": run.says, "aria-pressed": data.guess === run.place,
    transform: `translate(${layout.card(run.place)},0)`,
  },
  el("rect", { class: "back", x: -5, y: 1, width: layout.cardWidth + 10, height: layout.height - 3, rx: 8 }),
  ...cardHead(run, data, layout), ...inside, ...cardFoot(run, data, layout));
}

export function theatrePatterns() {
  const fabric = el("pattern", { id: "theatre-fabric", width: 14, height: 14, patternUnits: "userSpaceOnUse" },
    el("rect", { class: "cloth", width: 14, height: 14 }), el("rect", { class: "fold", width: 5, height: 14 }));
  const dead = el("pattern", { id: "theatre-dead", width: 5, height: 5, patternUnits: "userSpaceOnUse" },
    el("path", { class: "hatch", d: "M-1,6 L6,-1 M-1,-1 L6,6" }));
  return el("defs", {}, fabric, dead);
}
