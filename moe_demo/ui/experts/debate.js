// Four accounts of what experts are, one small chart each: every training as a mark, chance as a line beside it.
import { el } from "../kit/dom.js";
import { fixed, percent, significant } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { foldedTable } from "../kit/table.js";
import { whyMark } from "../kit/why.js";

/**
 * @typedef {import("./debate.types.js").PictureData} PictureData
 * @typedef {PictureData["charts"][number]} Chart
 * @typedef {Chart["rows"][number]} Row
 * @typedef {"value" | "chance" | "beside"} Which number of a mark
 * @typedef {ReturnType<typeof whyMark>} Mark
 */

/** @param {HTMLElement} root @param {PictureData} data */
function draw(root, data) {
  const { words } = data;
  const mark = (/** @type {string} */ kind, /** @type {string} */ text) => [
    el("span", { class: `mark ${kind}`, "aria-hidden": "true" }),
    el("span", {}, text),
  ];
  root.replaceChildren(
    el(
      "p",
      { class: "legend muted" },
      ...mark("live", words.live),
      ...mark("recorded", words.recorded),
      ...mark("chance", words.chance),
      ...mark("beside", words.beside),
    ),
    el("div", { class: "charts" }, ...data.charts.map((one) => chart(one, words))),
    twin(data),
  );
}

/** @param {Chart} one @param {Record<string, string>} words */
function chart(one, words) {
  return el(
    "section",
    { "aria-label": one.title },
    el("h3", {}, one.title),
    el("p", { class: "muted" }, one.measure),
    ...one.rows.map((row) => lanes(one, row, words)),
    one.rows.length ? scale(one) : null,
    ...one.says.map((line) => el("p", {}, line)),
    el("p", { class: "muted source" }, one.source),
  );
}

/** @param {Chart} one @param {Row} row @param {Record<string, string>} words */
function lanes(one, row, words) {
  const place = (/** @type {number} */ value) => `${(100 * value) / one.limit}%`;
  const at = (/** @type {string} */ kind, /** @type {number} */ value, /** @type {Mark} */ mark = {}) => {
    const node = el("i", { class: kind, ...mark });
    node.style.left = place(value);
    return node;
  };
  return el(
    "div",
    { class: "row" },
    el("b", {}, row.label),
    el(
      "div",
      {
        class: "lanes",
        role: "img",
        "aria-label": row.dots.map((dot) => says(one, row, dot, words)).join("; "),
      },
      ...row.dots.map((dot) =>
        el(
          "div",
          { class: "lane", title: says(one, row, dot, words) },
          at("chance", dot.chance, markOf(dot, "chance")),
          dot.beside === null ? null : at("mark beside", dot.beside, markOf(dot, "beside")),
          at(dot.is_live ? "mark live" : "mark recorded", dot.value, markOf(dot, "value")),
        ),
      ),
    ),
  );
}

/** @param {Chart} one @param {Row} row @param {Row["dots"][number]} dot @param {Record<string, string>} words */
function says(one, row, dot, words) {
  return `${row.label} ${dot.name}: ${written(one, dot.value)}, ${words.chance} ${written(one, dot.chance)}`;
}

/** @param {Chart} one @param {number} value */
function written({ form }, value) {
  return form === "percent" ? percent(value, 1) : fixed(value, 1);
}

/** @param {Row["dots"][number]} dot @param {Which} which */
function markOf({ why, layer }, which) {
  return whyMark(why?.[which], layer === null ? {} : { layer });
}

/** @param {Chart} one @param {Row["dots"][number]} dot @param {Which} which */
function number(one, dot, which) {
  const text = written(one, /** @type {number} */ (dot[which]));
  const mark = markOf(dot, which);
  return mark["data-why"] ? el("button", { type: "button", class: "why", ...mark }, text) : text;
}

/** @param {Chart} one */
function scale({ form, limit }) {
  const end = form === "percent" ? percent(limit) : significant(limit);
  return el("div", { class: "scale muted", "aria-hidden": "true" }, el("span", {}, "0"), el("span", {}, end));
}

/** @param {PictureData} data */
function twin({ charts, title, words }) {
  const rows = charts.flatMap((one) =>
    one.rows.flatMap((row) =>
      row.dots.map((dot) => [
        one.title,
        row.label,
        dot.name,
        number(one, dot, "value"),
        number(one, dot, "chance"),
        dot.beside === null ? "–" : number(one, dot, "beside"),
      ]),
    ),
  );
  const heads = [words.account, words.layer, words.training, words.value, words.chance, words.beside];
  return foldedTable({ summary: words.table, caption: title, heads, rows });
}

export default drawn(draw);
