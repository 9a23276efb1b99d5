// The twin of the map: every number of it as a plain table.
import { fixed } from "../kit/numbers.js";
import { foldedTable } from "../kit/table.js";
import { whyCell } from "../kit/why.js";

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
        const number = (/** @type {number | null} */ value, /** @type {string} */ name) =>
          whyCell(fixed(value, 2), value === null ? null : `${name}-${column.column}`, {
            expert: row.expert,
          });
        return [
          row.label,
          whyCell(fixed(row.load, 2), "assigned_load", { expert: row.expert }),
          column.word,
          number(cell.lift, "assigned_lift"),
          whyCell(cell.n, `assigned_count-${column.column}`, { expert: row.expert }),
          number(cell.low, "assigned_band"),
          number(cell.high, "assigned_band"),
          number(cell.luck, "assigned_luck"),
        ];
      }),
    ),
  );
  return foldedTable({ summary: words.table, isOpen, caption: title, heads, rows: lines });
}
