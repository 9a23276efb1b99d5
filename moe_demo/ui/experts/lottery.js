// Experts and their partners in trainings from other seeds. It is a real table: its numbers stand in it.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { fill, pieces } from "../kit/text.js";
import { whyButton, whyMark } from "../kit/why.js";

/**
 * @typedef {import("./lottery.types.js").PictureData} PictureData
 * @typedef {PictureData["rows"][number]["partners"][number]} Partner
 */

/** @param {HTMLElement} root @param {PictureData} data */
function draw(root, { name, layer, others, rows, title, claim, words }) {
  const lines = rows.map((row, expert) => [
    el("th", { scope: "row" }, row.label, leaning(row.leaning)),
    ...row.partners.map((partner, o) => {
      const mark = whyMark(`lottery_overlap-${o}`, { layer, expert });
      return cell(partner, others[o], words, mark);
    }),
  ]);
  root.replaceChildren(
    el("p", { class: "claim" }, claim),
    el("ul", {}, ...others.map((other) => said(other, layer, rows.length, words))),
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

/**
 * How the matching with another training went.
 * @param {PictureData["others"][number]} other
 * @param {number} layer
 * @param {number} n experts
 * @param {Record<string, string>} words
 */
function said({ name, numbers }, layer, n, words) {
  const buttons = Object.fromEntries(
    Object.entries(numbers).map(([key, { text, why }]) => [key, whyButton(text, why, { layer })]),
  );
  return el("li", {}, el("b", {}, name), " ", ...pieces(words.says, { ...buttons, n: String(n) }));
}

/** @param {PictureData["rows"][number]["leaning"]} look */
function leaning(look) {
  const glyph = el("span", { "aria-hidden": "true" }, look.glyph);
  glyph.style.color = look.hue;
  return el("span", { class: "leaning" }, glyph, look.word);
}

/**
 * @param {Partner} partner
 * @param {PictureData["others"][number]} other
 * @param {Record<string, string>} words
 * @param {ReturnType<typeof whyMark>} mark of the overlap
 */
function cell(partner, other, words, mark) {
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
    el("span", { class: "why", ...mark }, fixed(partner.overlap, 2)),
    partner.survives ? null : el("span", { class: "unseen" }, words.within),
    leaning(partner.leaning),
  );
}

export default drawn(draw);
