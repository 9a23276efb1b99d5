// A dot product taken apart: x, w and x·w as rows of signed bars, the largest terms first, all others as one sum.
import { el } from "./dom.js";
import { fixed } from "./numbers.js";
import { signedBar } from "./scale.js";
import { drawn } from "./stage.js";
import { dataTable } from "./table.js";

/** @typedef {import("./dot_product.types.js").PictureData} PictureData */

const BAR = 70; // px from the lowest value to the highest

/** @param {number | undefined} value @param {number} limit */
function cell(value, limit) {
  if (value === undefined) return el("td");
  const { left, width } = signedBar(value, limit, BAR);
  const style = `left:${left}px; width:${Math.max(width, 1)}px`;
  const bar = el("span", { class: "axis" }, el("i", { class: value < 0 ? "minus" : "plus", style }));
  return el("td", {}, bar, el("span", { class: "n" }, fixed(value)));
}

export default drawn((root, /** @type {PictureData} */ { terms, rest, total, words }) => {
  const limit = (/** @type {"x" | "w" | "product"} */ name) =>
    Math.max(...terms.map((term) => Math.abs(term[name])), 1e-9);
  const sums = Math.max(limit("product"), Math.abs(rest.product), Math.abs(total.product));
  const row = (
    /** @type {{ name: string, x?: number, w?: number, product: number }} */ term,
    /** @type {string | null} */ kind = null,
  ) => ({
    class: kind,
    cells: [term.name, cell(term.x, limit("x")), cell(term.w, limit("w")), cell(term.product, sums)],
  });
  const table = dataTable({
    caption: words.label,
    hidesCaption: true,
    heads: [words.feature, words.x, words.w, words.product],
    rows: [...terms.map((term) => row(term)), row(rest, "rest"), row(total, "total")],
  });
  root.replaceChildren(
    el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": words.label }, table),
  );
});
