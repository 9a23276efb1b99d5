// One half of the map: experts as rows, classes or kinds of word as columns, and the same after shuffling beside it.
import { inkOn, loadPlace, rampAt, rgb } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { fill } from "../kit/text.js";
import { sumMark, whyMark } from "../kit/why.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.types.js").PictureData["rows"][number]} Row
 * @typedef {import("./picture.js").Order} Order
 * @typedef {import("./picture.js").Go} Go
 */

const TOP = 2; // lift at which the ramp ends

/**
 * @param {PictureData} data
 * @param {Row[]} rows in the order in which they stand
 * @param {number} g 0: classes, 1: kinds
 * @param {Order} order
 * @param {(order: Order) => void} sort
 * @param {readonly string[]} stops of the ramp
 * @param {Go} go
 * @returns {HTMLTableElement}
 */
export function grid(data, rows, g, order, sort, stops, go) {
  const columns = data.columns[g];
  const { words } = data;
  return el(
    "table",
    { class: g ? "map kinds" : "map classes" },
    el("caption", { class: "unseen" }, `${data.title} (${g ? words.by_kind : words.by_class})`),
    el(
      "colgroup",
      {},
      el("col", { class: "seat" }),
      g ? null : el("col", { class: "load" }),
      ...columns.map(() => el("col", {})),
      ...columns.map(() => el("col", { class: "luck" })),
    ),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("td", { colspan: g ? 1 : 2 }),
        el("th", { scope: "colgroup", colspan: columns.length }, g ? words.by_kind : words.by_class),
        el(
          "th",
          { scope: "colgroup", colspan: columns.length, class: "luck", title: words.luck_hint },
          words.luck,
        ),
      ),
      el(
        "tr",
        {},
        el("th", { scope: "col", class: "seat" }, seatHead(data, order, sort)),
        g ? null : el("th", { scope: "col", class: "load", title: words.load_hint }, words.load),
        ...columns.map((column, place) => columnHead(data, column, g, place, order, sort)),
        ...columns.map((column) =>
          el("td", { class: "luck" }, el("span", { class: "unseen" }, `${words.luck} ${column.word}`)),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      ...rows.map((row) =>
        el(
          "tr",
          { class: row.has_word ? "word" : null },
          rowHead(data, row),
          g ? null : loadCell(data, row),
          ...row.cells[g].map((cell, place) => liftCell(data, row, cell, columns[place], stops, go)),
          ...row.cells[g].map((cell) => luckCell(data, cell, stops)),
        ),
      ),
    ),
  );
}

/**
 * @param {PictureData} data
 * @param {Order} order
 * @param {(order: Order) => void} sort
 */
function seatHead({ words }, order, sort) {
  if (!order) return words.expert;
  return el("button", { type: "button", "data-stop": "seats", onclick: () => sort(null) }, words.seats);
}

/**
 * @param {PictureData} data
 * @param {PictureData["columns"][number][number]} column
 * @param {number} group
 * @param {number} place
 * @param {Order} order
 * @param {(order: Order) => void} sort
 */
function columnHead({ words }, column, group, place, order, sort) {
  const isOrder = order?.group === group && order.place === place;
  const mark = column.glyph ? el("span", { class: "glyph", "aria-hidden": "true" }, column.glyph) : null;
  if (mark) mark.style.color = column.hue;
  return el(
    "th",
    { scope: "col", "aria-sort": isOrder ? "descending" : null },
    el(
      "button",
      {
        type: "button",
        "data-stop": `s${group}-${place}`,
        title: `${column.hint}\n${fill(words.sort, { column: column.word })}`,
        onclick: () => sort(isOrder ? null : { group, place }),
      },
      mark,
      column.word,
      isOrder ? " ▾" : null,
    ),
  );
}

/** @param {PictureData} data @param {Row} row */
function rowHead({ words }, row) {
  const notes = [...(row.has_word ? [words.word_goes] : []), ...row.names];
  return el(
    "th",
    { scope: "row", class: "seat", title: notes.join("\n") || null },
    row.label,
    row.names.length ? el("span", { class: "note" }, "✎") : null,
    row.has_word ? el("span", { class: "note" }, "●") : null,
    notes.length ? el("span", { class: "unseen" }, notes.join("; ")) : null,
  );
}

/** @param {PictureData} data @param {Row} row */
function loadCell({ words, load_limit: limit }, row) {
  const says = fill(words.load_says, { expert: row.label, load: fixed(row.load, 2), n: row.n });
  const bar = el("i", {});
  const fair = el("u", {});
  bar.style.width = `${(100 * row.load) / limit}%`;
  fair.style.left = `${100 / limit}%`;
  return el(
    "td",
    { class: "load", title: says },
    el("span", { class: "track", "aria-hidden": "true" }, bar, fair),
    el("b", { class: "why", ...whyMark("assigned_load", { expert: row.expert }) }, fixed(row.load, 2)),
  );
}

/**
 * What a cell says, in words.
 * @param {PictureData} data
 * @param {Row} row
 * @param {Row["cells"][number][number]} cell
 * @param {string} column
 */
function cellSays({ words }, row, cell, column) {
  if (cell.lift === null) return fill(words.nothing, { expert: row.label, column });
  return fill(words.cell, {
    expert: row.label,
    column,
    lift: fixed(cell.lift, 2),
    n: cell.n,
    low: fixed(cell.low, 2),
    high: fixed(cell.high, 2),
    luck: cell.clear ? "" : words.within,
  });
}

/**
 * @param {PictureData} data
 * @param {Row} row
 * @param {Row["cells"][number][number]} cell
 * @param {PictureData["columns"][number][number]} column
 * @param {readonly string[]} stops
 * @param {Go} go
 */
function liftCell(data, row, cell, column, stops, go) {
  const isPicked = row.expert === data.picked.expert && column.column === data.picked.column;
  const says = cellSays(data, row, cell, column.word);
  const button = el(
    "button",
    {
      type: "button",
      class: cell.clear ? "lift" : "lift unclear",
      "data-stop": `c${row.expert}-${column.column}`,
      "aria-pressed": isPicked,
      ...sumMark(
        `${data.shown === "lift" && cell.lift !== null ? "assigned_lift" : "assigned_count"}-${column.column}`,
        {
          expert: row.expert,
        },
      ),
      "aria-label": says,
      title: says,
      onclick: () => go({ expert: row.expert, column: column.column }),
    },
    data.shown === "lift" ? fixed(cell.lift, 2) : cell.n,
  );
  paint(button, cell.lift, stops);
  return el("td", { class: "cell" }, button);
}

/**
 * @param {PictureData} data
 * @param {Row["cells"][number][number]} cell
 * @param {readonly string[]} stops
 */
function luckCell({ words }, cell, stops) {
  const mark = el("span", { title: `${words.luck}: ${fixed(cell.luck, 2)}` });
  paint(mark, cell.luck, stops);
  return el("td", { class: "luck" }, mark);
}

/** @param {HTMLElement} node @param {number | null} lift @param {readonly string[]} stops */
function paint(node, lift, stops) {
  if (lift === null) return;
  const colour = rampAt(stops, loadPlace(lift, TOP));
  node.style.backgroundColor = rgb(colour);
  node.style.color = inkOn(colour);
}

/** @param {PictureData} data @param {readonly string[]} stops */
export function legend({ words }, stops) {
  const scale = el("span", { class: "scale", "aria-hidden": "true" });
  scale.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
  return el(
    "p",
    { class: "legend muted" },
    el("span", {}, words.legend_low),
    scale,
    el("span", {}, words.legend_high),
    el("span", { class: "mid" }, words.legend_mid),
    el("span", { class: "swatch", "aria-hidden": "true" }),
    el("span", {}, words.legend_hatch),
  );
}
