// Every number of the picture as a table.
import { signed } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { whyButton } from "../kit/why.js";
import { columnIds } from "./geometry.js";
import { three } from "./scene.js";

/** @typedef {import("./picture.types.js").PictureData} PictureData */

/** @param {PictureData} data @returns {HTMLTableElement} */
export function scoreTable(data) {
  const ids = columnIds(data);
  const value = (
    /** @type {PictureData["rows"][number]} */ row,
    /** @type {import("./geometry.js").ColumnId} */ id,
  ) => {
    if (id === "group") return `${row.group} ${row.kept ? "✓" : "✕"}`;
    if (id === "bias") return signed(row.bias);
    return whyButton(three(row[id]), id, { expert: row.e });
  };
  return dataTable({
    caption: data.title,
    heads: [data.words.expert, ...ids.map((id) => data.heads[id].word), data.words.rank],
    rows: data.rows.map((row) => ({
      class: row.chosen ? "chosen" : null,
      cells: [
        data.experts[row.e].label,
        ...ids.map((id) => value(row, id)),
        row.rank === null ? "–" : row.rank + 1,
      ],
    })),
  });
}
