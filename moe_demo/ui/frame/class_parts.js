// What the presenter's bar of a class shows below its line: the way in, the counts of answers, the matrix of results.
import { el } from "../kit/dom.js";
import { fill } from "../kit/text.js";

const QUIET = 4; // modules of white around a QR code, as its standard asks

/**
 * @typedef {import("./class_bar.types.js").PictureData} PictureData
 * @typedef {import("./class_bar.types.js").ClassInvitation} ClassInvitation
 * @typedef {import("../server/class_wire.types.js").LeadPayload} LeadPayload
 * @typedef {import("../server/class_wire.types.js").WallPayload} WallPayload
 * @typedef {import("../server/class_wire.types.js").SeedsPayload} SeedsPayload
 */

/**
 * The dark modules of a QR code as one path: a square for each, row by row.
 * @param {string[]} rows
 * @returns {string}
 */
export function qrPath(rows) {
  return rows
    .flatMap((row, y) =>
      [...row].map((module, x) => (module === "1" ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")),
    )
    .join("");
}

/** @param {ClassInvitation} invitation the link, to be read, typed or photographed */
export function invitation({ link, qr, alt, warning }) {
  const size = qr.length + 2 * QUIET;
  return el(
    "div",
    { class: "invitation" },
    el(
      "svg",
      {
        viewBox: `0 0 ${size} ${size}`,
        class: "qr",
        role: "img",
        "aria-label": alt,
        "shape-rendering": "crispEdges",
      },
      el("rect", { width: size, height: size, fill: "#fff" }),
      el("path", { d: qrPath(qr), fill: "#000" }),
    ),
    el("div", {}, el("p", { class: "link" }, link), warning ? el("p", { class: "warning" }, warning) : null),
  );
}

/**
 * How many browsers chose each answer.
 * @param {PictureData} data
 * @param {LeadPayload} lead
 */
export function votes({ ask, answers, words }, lead) {
  const counts = answers.map((_, place) => lead.votes[ask]?.[place] ?? 0);
  const given = counts.reduce((sum, n) => sum + n, 0);
  const most = Math.max(...counts, 1);
  const bars = answers.map((letter, place) =>
    el(
      "li",
      {},
      el("span", { class: "count" }, fill(words.answer, { letter, n: counts[place] })),
      el(
        "span",
        { class: "track", "aria-hidden": true },
        el("span", { class: "fill", style: `width:${(100 * counts[place]) / most}%` }),
      ),
    ),
  );
  const said = fill(words.answers, { n: given, all: lead.joined });
  return el("div", { class: "votes" }, el("p", { role: "status" }, said), el("ul", {}, ...bars));
}

/** @param {WallPayload} wall what has come in for each expert; a native table */
export function wall({ title, rows, experts, layers, filled }) {
  const head = el("tr", {}, el("td", {}), ...experts.map((name) => el("th", { scope: "col" }, name)));
  const body = rows.map((cells, layer) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, layers[layer]),
      ...cells.map(({ text, label, tone }) =>
        el(
          "td",
          { class: text ? `tone ${tone}` : "empty", title: label },
          text || el("span", { "aria-label": label, role: "img" }, "·"),
        ),
      ),
    ),
  );
  return el(
    "div",
    { class: "wall", tabindex: 0, role: "region", "aria-label": title },
    el(
      "table",
      {},
      el("caption", {}, `${title} · ${filled}`),
      el("thead", {}, head),
      el("tbody", {}, ...body),
    ),
  );
}

/** @param {SeedsPayload} payload what has come in for each seed, in their order; and what chance alone does */
export function seeds({ title, cells, filled, spread }) {
  return el(
    "div",
    { class: "seeds", role: "region", "aria-label": title },
    el("p", {}, `${title} · ${filled}`),
    el(
      "ol",
      {},
      ...cells.map(({ text, label, tone }, place) =>
        el(
          "li",
          { class: tone ? `tone ${tone}` : "empty", title: label },
          el("span", { class: "seed", "aria-hidden": true }, String(place + 1)),
          el("b", { "aria-hidden": true }, text || "·"),
          el("span", { class: "unseen" }, label),
        ),
      ),
    ),
    el("p", { class: "spread", role: "status" }, spread),
  );
}
