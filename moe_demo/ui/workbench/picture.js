// The runs: one row each, with what the held-out headlines say of it; a click chooses it, or holds it beside.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { fill } from "../kit/text.js";
import { barParts, vioEnd } from "./bars.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.types.js").RunRow} RunRow
 * @typedef {import("../kit/stage.js").Send} Send
 */

const NONE = "–";

/** @param {HTMLElement} root @param {PictureData} data @param {Send} send */
function draw(root, data, send) {
  const { rows, words, label } = data;
  const heads = ["run", "accuracy", "loss", "vio", "method", "data", "seed", "steps", "state", "compare"];
  const end = vioEnd(rows);
  const table = el(
    "table",
    {},
    el("caption", { class: "unseen" }, label),
    el("thead", {}, el("tr", {}, ...heads.map((name) => el("th", { scope: "col" }, words[name])))),
    el("tbody", {}, ...rows.map((row) => line(row, data, end, send))),
  );
  root.replaceChildren(
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table),
    el("p", { class: "muted legend" }, words.legend),
  );
}

/** @param {RunRow} row @param {PictureData} data @param {number} end @param {Send} send */
function line(row, { chosen, twin, words }, end, send) {
  const isChosen = row.id === chosen;
  const choose = el(
    "button",
    {
      type: "button",
      class: "name",
      "data-stop": `name-${row.id}`,
      "aria-pressed": isChosen,
      onclick: () => send("go", { run: row.id }),
    },
    el("span", { class: "dot", "aria-hidden": "true" }, isChosen ? "●" : "○"),
    row.id,
  );
  const isTwin = row.id === twin;
  const what = isTwin ? words.beside : words.hold_beside;
  const beside = el(
    "button",
    {
      type: "button",
      class: "beside",
      "data-stop": `beside-${row.id}`,
      "aria-pressed": isTwin,
      "aria-label": fill(words.compare_with, { what, run: row.id }),
      onclick: () => send("go", { twin: isTwin ? null : row.id }),
    },
    what,
  );
  const seed = row.seed === null ? NONE : row.seed;
  return el(
    "tr",
    { class: isChosen ? "chosen" : isTwin ? "twin" : null },
    el("th", { scope: "row" }, choose, el("span", { class: "muted whose" }, row.whose)),
    el("td", {}, accuracy(row)),
    el("td", { class: "number" }, row.loss === null ? NONE : fixed(row.loss, 3)),
    el("td", {}, vio(row, words, end)),
    el("td", {}, row.method || NONE),
    el("td", { class: "data" }, row.data || NONE),
    el("td", { class: "number" }, seed),
    el("td", { class: "number" }, row.steps === null ? NONE : row.steps),
    el("td", {}, row.state),
    el("td", {}, isChosen ? NONE : beside),
  );
}

/** @param {RunRow} row */
function accuracy({ accuracy: share }) {
  if (share === null) return NONE;
  return el("div", { class: "bar" }, track(share, null), el("span", {}, `${fixed(100 * share, 1)} %`));
}

/** @param {RunRow} row @param {Record<string, string>} words @param {number} end */
function vio({ vio: layers, floor }, words, end) {
  if (!layers.length) return NONE;
  return el(
    "div",
    { class: "layers" },
    ...layers.map(({ layer, value }) =>
      el(
        "div",
        {
          class: "bar",
          title: fill(words.vio_says, { layer, value: fixed(value, 3), floor: fixed(floor, 3) }),
        },
        el("span", { class: "muted layer" }, layer),
        track(value / end, floor / end),
        el("span", {}, fixed(value, 2)),
      ),
    ),
  );
}

/** @param {number} share of the track that is filled @param {number | null} mark where a tick stands on it */
function track(share, mark) {
  const { width, tick } = barParts(share, mark);
  const filled = el("span", { class: "filled" });
  filled.style.width = width;
  const at = tick === null ? null : el("span", { class: "tick" });
  if (at) at.style.left = /** @type {string} */ (tick);
  return el("span", { class: "track", "aria-hidden": "true" }, filled, at);
}

export default drawn(draw);
