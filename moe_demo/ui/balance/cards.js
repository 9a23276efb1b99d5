// The cards of the comparison: covered, with a letter, or the load of every expert over the steps.
import { loadPlace, rampAt, rgb } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { whyMark } from "../kit/why.js";
import { lineLook } from "./curves.js";
import { CARD } from "./layout.js";

/**
 * @typedef {import("./picture.types.js").PictureData} Comparison
 * @typedef {import("./picture.types.js").ComparedCourse} ComparedRun
 * @typedef {import("./layout.js").Layout} Layout
 */

const FOOT = ["eval_ratio", "eval_least", "eval_time"]; // keys of the numbers in its lines

/**
 * @param {Comparison} data
 * @param {number} place of the run
 * @param {number | null} guess
 * @param {Layout} layout
 */
export function drawCard(data, place, guess, layout) {
  const run = data.runs[place];
  const inside = run.load
    ? run.load.flatMap((_loads, layer) => layerLoad(run, layer, data, layout))
    : cover(run, layout);
  const marks = [guess === place && "guessed", run.most_uneven && "most-uneven"].filter(Boolean);
  const attributes = {
    class: ["card", ...marks].join(" "),
    "data-run": place,
    role: "button",
    tabindex: place === 0 ? 0 : -1,
    "aria-description": run.says,
    "aria-pressed": guess === place,
    transform: `translate(${layout.card(place)},${layout.cardTop(place)})`,
  };
  const size = { width: layout.cardWidth + 10, height: layout.cardHeight - 3 };
  return el(
    "g",
    attributes,
    el("rect", { class: "back", x: -5, y: 1, ...size, rx: 8 }),
    ...cardHead(data, place, layout),
    ...inside,
    ...cardFoot(data, place, guess, layout),
  );
}

/** @param {ComparedRun} run @param {Layout} layout */
function cover({ letter }, { cardWidth, cardHeight, head }) {
  const size = { width: cardWidth, height: cardHeight - head - CARD.foot };
  const [x, y] = [cardWidth / 2, head + size.height / 2];
  return [
    el("rect", { class: "cover", x: 0, y: head, ...size, rx: 6, fill: "url(#cover-stripes)" }),
    el("circle", { class: "plate", cx: x, cy: y, r: 27 }),
    el("text", { class: "plate-letter", x, y: y + 8, "text-anchor": "middle" }, letter),
  ];
}

/**
 * The load of every expert of a layer at every evaluation.
 * @param {ComparedRun} run
 * @param {number} layer
 * @param {Comparison} data
 * @param {Layout} layout
 */
function layerLoad(run, layer, data, layout) {
  const top = layout.heatTop(layer);
  const cells = (run.load?.[layer] ?? []).flatMap((loads, at) => {
    const x = layout.steps.indexOf(run.steps[at]) * layout.cell;
    return loads.flatMap((load, expert) => {
      const y = top + expert * layout.row;
      const place = { x, y, width: layout.cell + 0.4, height: layout.row + 0.2 };
      const fill = rgb(rampAt(data.ramp, loadPlace(load, data.top)));
      const tile = el("rect", { ...place, fill });
      if (load >= data.dead_below) return [tile];
      return [tile, el("rect", { ...place, class: "dead", fill: "url(#dead-hatch)" })];
    });
  });
  const { cardWidth, heatHeight } = layout;
  const vio = `MaxVio ${fixed(run.max_vio?.[layer], 2)}`;
  return [
    el("text", { class: "tick", x: 0, y: top - 4 }, `L${layer}`),
    el(
      "text",
      {
        class: "tick",
        x: cardWidth,
        y: top - 4,
        "text-anchor": "end",
        ...whyMark(`eval_max_vio-${data.runs.indexOf(run)}-${run.steps.at(-1)}`, { layer }),
      },
      vio,
    ),
    ...cells,
    el("rect", { class: "frame", x: 0, y: top, width: cardWidth, height: heatHeight }),
  ];
}

/** @param {Comparison} data @param {number} place @param {Layout} layout */
function cardHead(data, place, { stacked }) {
  const { letter, name } = data.runs[place];
  const beside = stacked ? { x: 46, y: 17 } : { x: 0, y: 36 };
  return [
    el("line", { class: "key", x1: 0, x2: 22, y1: 12, y2: 12, ...lineLook(data, place) }),
    el("text", { class: "card-letter", x: 28, y: 17 }, letter),
    el("text", { class: "card-name", ...beside }, data.revealed ? name : ""),
  ];
}

/** @param {Comparison} data @param {number} place @param {number | null} guess @param {Layout} layout */
function cardFoot({ runs, revealed, words }, place, guess, { cardWidth, cardHeight }) {
  const run = runs[place];
  const y = cardHeight - CARD.foot + (revealed ? 15 : 18);
  if (!revealed) {
    const middle = { x: cardWidth / 2, "text-anchor": "middle" };
    return [
      el("text", { class: "guess-word", ...middle, y }, guess === place ? words.guessed : words.guess),
      el("text", { class: "tick", ...middle, y: y + 18 }, run.state),
    ];
  }
  if (!run.foot) return [el("text", { class: "tick", x: 0, y }, run.state)];
  const look = run.most_uneven ? "most-uneven" : "tick";
  return run.foot.map((line, i) => {
    const mark = whyMark(`${FOOT[i]}-${place}-${run.steps.at(-1)}`);
    return el("text", { class: look, x: 0, y: y + i * 17, ...mark }, line);
  });
}

/** The patterns that cards are filled with. */
export function cardPatterns() {
  const units = { patternUnits: "userSpaceOnUse" };
  const stripes = el(
    "pattern",
    { id: "cover-stripes", width: 14, height: 14, ...units },
    el("rect", { class: "cover-ground", width: 14, height: 14 }),
    el("rect", { class: "cover-stripe", width: 5, height: 14 }),
  );
  const hatch = el("path", { class: "hatch", d: "M-1,6 L6,-1 M-1,-1 L6,6" });
  const dead = el("pattern", { id: "dead-hatch", width: 5, height: 5, ...units }, hatch);
  return el("defs", {}, stripes, dead);
}
