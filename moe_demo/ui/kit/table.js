// The twin of a picture: the same numbers as a real table, for those who do not read pictures.
import { el } from "./dom.js";

/**
 * @typedef {import("./dom.js").Child} Cell a text or number, or a <th> or <td> that is ready
 * @typedef {Cell[] | { class: string | null, cells: Cell[] }} Row
 */

/**
 * A table; the first cell of a row is its head.
 * @param {object} table
 * @param {string} table.caption
 * @param {Cell[]} table.heads
 * @param {Row[]} table.rows
 * @param {boolean} [table.hidesCaption] a caption for screen readers only
 * @param {Record<string, any>} [attributes] of the <table>
 * @returns {HTMLTableElement}
 */
export function dataTable({ caption, heads, rows, hidesCaption = false }, attributes = {}) {
  const lines = rows.map((row) => {
    const { cells, ...look } = Array.isArray(row) ? { cells: row } : row;
    return el(
      "tr",
      look,
      ...cells.map((cell, i) => wrapped(cell, i ? "td" : "th", i ? {} : { scope: "row" })),
    );
  });
  return el(
    "table",
    attributes,
    el("caption", { class: hidesCaption ? "unseen" : null }, caption),
    el("thead", {}, el("tr", {}, ...heads.map((head) => wrapped(head, "th", { scope: "col" })))),
    el("tbody", {}, ...lines),
  );
}

/**
 * A table folded away below its picture, named by its caption; what is wider than the page scrolls by itself.
 * @param {object} table
 * @param {string} table.summary
 * @param {boolean} [table.isOpen]
 * @param {string} table.caption
 * @param {Cell[]} table.heads
 * @param {Row[]} table.rows
 * @param {import("./dom.js").Child[]} more
 */
export function foldedTable({ summary, isOpen = false, caption, heads, rows }, ...more) {
  return el(
    "details",
    { class: "extra", open: isOpen ? true : null },
    el("summary", {}, summary),
    el(
      "div",
      { class: "twin-scroll", tabindex: 0, role: "group", "aria-label": caption },
      dataTable({ caption, hidesCaption: true, heads, rows }, { class: "twin" }),
    ),
    ...more,
  );
}

/** @param {Cell} cell @param {"th" | "td"} name @param {Record<string, any>} attributes @returns {Node} */
function wrapped(cell, name, attributes) {
  return cell instanceof HTMLTableCellElement ? cell : el(name, attributes, cell);
}
