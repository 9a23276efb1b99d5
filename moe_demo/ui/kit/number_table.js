// A table of numbers, each of which may tell where it comes from.
import { el } from "./dom.js";
import { drawn } from "./stage.js";
import { dataTable } from "./table.js";
import { whyButton } from "./why.js";

/** @typedef {import("./number_table.types.js").PictureData} PictureData */

/** @param {PictureData["rows"][number]["cells"][number]} cell */
function number({ text, why, expert, layer }) {
  if (!why) return text;
  const places = { ...(expert === null ? {} : { expert }), ...(layer === null ? {} : { layer }) };
  return whyButton(text, why, places);
}

export default drawn((root, /** @type {PictureData} */ { label, heads, rows, is_text: isText }) => {
  const table = dataTable(
    {
      caption: label,
      hidesCaption: true,
      heads,
      rows: rows.map(({ head, cells }) => [head, ...cells.map(number)]),
    },
    { class: isText ? "text" : null },
  );
  root.replaceChildren(
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table),
  );
});
