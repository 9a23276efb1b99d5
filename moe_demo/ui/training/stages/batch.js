// 1 The batch: one line a headline, one square a word.
import { el } from "../../kit/dom.js";
import { fill } from "../../kit/text.js";
import { HEIGHT, batchLines } from "./layout.js";
import { WORD_KINDS, headlineWords, text, titled, wordKind, wordSquare } from "./marks.js";

/**
 * @typedef {import("./marks.js").StageContext} StageContext
 * @typedef {import("./marks.js").Drawn} Drawn
 * @typedef {import("./marks.js").SlowHeadline} SlowHeadline
 */

/** @param {StageContext} context @returns {Drawn} */
export function drawBatch(context) {
  const { data, columns, words } = context;
  const shown = data.batch.slice(0, data.most_headlines);
  const most = Math.max(...shown.map((headline) => headline.words.length));
  const lines = batchLines(shown.length, most, columns.width);
  const options = shown.map((headline, place) => headlineLine(context, lines, headline, place));
  return {
    marks: [el("g", { role: "listbox", "aria-label": words.batch_label }, ...options), ...legend(context)],
    table: {
      heads: [words.headline, words.class, words.n_words, words.n_hidden, words.n_silenced, words.n_left_out],
      rows: data.batch.map((one) => [
        one.text,
        data.classes[one.label].word,
        one.words.length,
        one.n_hidden,
        one.n_silenced,
        one.n_left_out,
      ]),
    },
  };
}

/**
 * @param {StageContext} context
 * @param {ReturnType<typeof batchLines>} lines
 * @param {SlowHeadline} headline
 * @param {number} place
 */
function headlineLine({ data, headline: picked, pick }, lines, headline, place) {
  const { glyph, hue } = data.classes[headline.label];
  const says = headlineWords(data, headline);
  const { x, y } = lines.at(place);
  const { width, height, square } = lines;
  const attributes = {
    class: `line${place === picked ? " on" : ""}`,
    role: "option",
    "aria-selected": place === picked,
    "aria-label": says,
    transform: `translate(${x}, ${y})`,
    onclick: () => pick(place),
  };
  const squares = headline.words.map((_word, i) =>
    wordSquare(26 + i * (square + 2), (height - square) / 2 - 1, square, wordKind(headline, i)),
  );
  const mark = { x: 12, y: height / 2 + 4, "text-anchor": "middle", class: "glyph", style: `fill:${hue}` };
  const ground = el("rect", { class: "ground", width: width - 8, height: height - 2, rx: 4 });
  return titled(el("g", attributes, ground, el("text", mark, glyph), ...squares), says);
}

/** @param {StageContext} context */
function legend({ data, columns, words, widthOf }) {
  const y = HEIGHT - 16;
  let x = 4;
  const kinds = WORD_KINDS.filter((kind) =>
    data.batch.some((one) => one.words.some((_, i) => wordKind(one, i) === kind)),
  );
  const marks = kinds.flatMap((kind) => {
    const meaning = words[`word_${kind}`];
    const pair = [wordSquare(x, y, 11, kind), text(x + 17, y + 10, meaning, "small muted")];
    x += 34 + widthOf(meaning);
    return pair;
  });
  const left = data.batch.length - data.most_headlines;
  if (left <= 0) return marks;
  return [
    ...marks,
    text(columns.width - 8, y + 10, fill(words.more_headlines, { n: left }), "small muted", "end"),
  ];
}
