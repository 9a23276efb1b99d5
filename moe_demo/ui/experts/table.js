// The twin of the map: every number of it as a plain table.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/**
 * @param {PictureData} data
 * @param {boolean} isOpen
 */
export function twin({ rows, columns, words, title }, isOpen) {
  const heads = [
    words.expert,
    words.load,
    words.column,
    words.lift,
    words.n,
    words.low,
    words.high,
    words.luck,
  ];
  const lines = rows.flatMap((row) =>
    columns.flatMap((group, g) =>
      group.map((column, c) => {
        const cell = row.cells[g][c];
        const numbers = [cell.lift, cell.low, cell.high, cell.luck].map((value) => fixed(value, 2));
        return [row.label, fixed(row.load, 2), column.word, numbers[0], cell.n, ...numbers.slice(1)];
      }),
    ),
  );
  return el(
    "details",
    { open: isOpen },
    el("summary", {}, words.table),
    dataTable({ caption: title, hidesCaption: true, heads, rows: lines }, { class: "twin" }),
  );
}
