// The upper row: what the article prints at each stage, on paper and in ink, never in the colours of the live row.

import { el, fill } from "../kit/dom.js";
import { CHIP, COLUMN, fitted } from "./geometry.js";
import { chipBox, classBar, label } from "./marks.js";

/** Word and name of each of the article's tokens, above its column. */
export function articleHeads({ data, geo }) {
  const paper = data.article;
  return paper.words.map((word, i) =>
    label(geo.x(paper.columns[i]), 20, fitted(`${paper.names[i]} ${word}`, geo.step - 6, 12.5).text, { size: 12.5, kind: "muted" }),
  );
}

export const PAPER = {
  tokens({ data, geo, words }) {
    const paper = data.article;
    const chips = paper.words.map((word, i) => {
      const chip = chipBox(word, geo.step - 8, { kind: "printed-chip" });
      chip.setAttribute("transform", `translate(${geo.x(paper.columns[i])}, 40)`);
      return chip;
    });
    const gaps = paper.left_out.map((i) => {
      const said = fitted(fill(words.left_out, { word: data.words[i] }), geo.step - 16, 12.5);
      const width = said.width + 12;
      return el(
        "g",
        { transform: `translate(${geo.x(i)}, 40)`, class: "gap" },
        el("rect", { x: -width / 2, y: 0, width, height: CHIP, rx: 7 }),
        label(0, 21, said.text, { size: 12.5 }),
      );
    });
    return [...chips, ...gaps];
  },
  vectors({ data, geo, words }) {
    const paper = data.article;
    const vectors = paper.names.map((_, i) => label(geo.x(paper.columns[i]), 56, "[ ·, ·, … ]", { size: 14 }));
    return [...vectors, label(COLUMN.margin + 4, 86, words.vectors_unprinted, { anchor: "start", kind: "muted" })];
  },
  router({ data, geo, words }) {
    const paper = data.article;
    return paper.words.map((_, i) => {
      const x = geo.x(paper.columns[i]);
      const given = paper.scores.find((one) => one.token === i);
      if (!given) return label(x, 64, words.unprinted, { kind: "muted", size: 12 });
      return el("g", {}, ...given.scores_E.map((score, e) => printedScore(x - geo.step / 2 + 4, 32 + e * 22, geo.step + 12, words, e, score)));
    });
  },
  choice({ data, geo, words }) {
    const paper = data.article;
    return paper.weighted.flatMap((term) => {
      const x = geo.x(paper.columns[term.token]);
      const other = paper.outputs.find((one) => one.token === term.token && one.expert !== term.expert);
      const seat = (expert, y, kind) => el("g", { transform: `translate(${x}, ${y})`, class: kind }, el("rect", { x: -31, y: 0, width: 62, height: 24, rx: 6 }), label(0, 17, fill(words.article_expert, { number: expert })));
      return other ? [seat(term.expert, 34, "printed-chip"), seat(other.expert, 64, "printed-chip slip")] : [seat(term.expert, 34, "printed-chip")];
    });
  },
  experts({ data, geo, words }) {
    const paper = data.article;
    return paper.words.flatMap((_, i) => {
      const x = geo.x(paper.columns[i]);
      const output = paper.outputs.find((one) => one.token === i);
      if (!output) return [label(x, 62, words.unprinted, { kind: "muted", size: 12 })];
      const size = geo.step < 96 ? 12 : 14;
      const wrong = output.written !== output.meant;
      return [
        label(x, 46, output.written, { size, weight: 600, kind: wrong ? "struck" : "" }),
        label(x, 66, `[${output.values.join(", ")}, …]`, { size }),
        ...(wrong ? [label(x, 88, fill(words.meant, { written: output.meant }), { size: 12.5, kind: "slip-text" })] : []),
      ];
    });
  },
  gates({ data, geo }) {
    const paper = data.article;
    return paper.weighted.flatMap((term) => {
      const x = geo.x(paper.columns[term.token]);
      const room = geo.step - 22;
      return [
        label(x, 54, `${term.gate} · ${term.written}`, { size: geo.step < 96 ? 12 : 14, weight: 600 }),
        el("rect", { class: "track", x: x - room / 2, y: 66, width: room, height: 10, rx: 3 }),
        el("rect", { class: "bar printed", x: x - room / 2, y: 66, width: room * term.gate, height: 10, rx: 3 }),
      ];
    });
  },
  transformer({ data, geo, words }) {
    const text = `${words.context} = ${data.article.context}`;
    return [wideBox(data, geo, text)];
  },
  pooling({ data, geo, words }) {
    const text = `${words.sentence_vector} = ${data.article.pooling}`;
    return [wideBox(data, geo, text)];
  },
  classes({ data, geo, words }) {
    return data.article.probabilities.map((one, i) => {
      const style = data.classes[data.labels.indexOf(one.label)] ?? { glyph: "·" };
      return classBar(96, 10 + i * 30, geo.visible - 110, style, words[`class.${one.label}`] ?? one.label, one.value, { paper: true });
    });
  },
};

/** One printed score: the article's name for the expert, a bar in ink, the number. */
function printedScore(left, y, room, words, expert, score) {
  const from = left + 36;
  const full = Math.max(10, room - 36 - 30);
  return el(
    "g",
    {},
    label(left, y + 12, fill(words.article_expert_short, { number: expert + 1 }), { anchor: "start", size: 12, kind: "muted" }),
    el("rect", { class: "track", x: from, y: y + 2, width: full, height: 12, rx: 2 }),
    el("rect", { class: "bar printed", x: from, y: y + 2, width: full * score, height: 12, rx: 2 }),
    label(left + room, y + 12, String(score), { anchor: "end", size: 12, weight: 600 }),
  );
}

/** A box over all of the article's columns: a step that takes all tokens at once. */
function wideBox(data, geo, text) {
  const columns = data.article.columns;
  const left = geo.x(Math.min(...columns)) - geo.step / 2 + 4;
  const right = geo.x(Math.max(...columns)) + geo.step / 2 - 4;
  return el(
    "g",
    { class: "printed-chip" },
    el("rect", { x: left, y: 38, width: right - left, height: 40, rx: 8 }),
    label((left + right) / 2, 63, text, { size: 15 }),
  );
}
