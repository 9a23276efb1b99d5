// Experts and their partners in trainings from other seeds. It is a real table: its numbers stand in it.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";

/**
 * @typedef {import("./lottery.types.js").PictureData} PictureData
 * @typedef {PictureData["rows"][number]["partners"][number]} Partner
 */

/** @param {HTMLElement} root @param {PictureData} data */
function draw(root, { name, others, rows, title, claim, words }) {
  const lines = rows.map((row) => [
    el("th", { scope: "row" }, row.label, leaning(row.leaning)),
    ...row.partners.map((partner, o) => cell(partner, others[o], words)),
  ]);
  root.replaceChildren(
    el("p", { class: "claim" }, claim),
    el("ul", {}, ...others.map((other) => el("li", {}, el("b", {}, other.name), " ", other.says))),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": title },
      dataTable(
        {
          caption: title,
          hidesCaption: true,
          heads: [name, ...others.map((other) => other.name)],
          rows: lines,
        },
        { class: "partners" },
      ),
    ),
    el("p", { class: "muted" }, words.legend),
  );
}

/** @param {PictureData["rows"][number]["leaning"]} look */
function leaning(look) {
  const glyph = el("span", { "aria-hidden": "true" }, look.glyph);
  glyph.style.color = look.hue;
  return el("span", { class: "leaning" }, glyph, look.word);
}

/** @param {Partner} partner @param {PictureData["others"][number]} other @param {Record<string, string>} words */
function cell(partner, other, words) {
  const bar = el("i", {});
  const luck = el("u", {});
  bar.style.width = `${100 * partner.overlap}%`;
  luck.style.left = `${100 * other.luck}%`;
  const says = fill(words.cell, {
    partner: partner.label,
    overlap: fixed(partner.overlap, 2),
    luck: fixed(other.luck, 2),
    survives: partner.survives ? words.survives : words.within,
  });
  return el(
    "td",
    { class: partner.survives ? null : "within", title: says },
    el("span", { class: "partner" }, partner.label),
    el("span", { class: "track", "aria-hidden": "true" }, bar, luck),
    fixed(partner.overlap, 2),
    partner.survives ? null : el("span", { class: "unseen" }, words.within),
    leaning(partner.leaning),
  );
}

export default drawn(draw);
