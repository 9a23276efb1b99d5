// The lower row: the same stage in the trained model. Each word keeps its column; its vector goes with it.
import { el } from "../kit/dom.js";
import { brief, fixed, percent } from "../kit/numbers.js";
import { fill, shortened } from "../kit/text.js";
import { className } from "./context.js";
import { whyMark } from "../kit/why.js";
import { CHIP, COLUMN, ROW, TOP, ZONE, seatBox } from "./geometry.js";
import { badge, classBar, isRoomy, label, scoreBars, stillVector } from "./marks.js";
import { LOW, POOLED, VECTOR, seated } from "./vectors.js";

/**
 * @typedef {import("./context.js").Context} Context
 * @typedef {import("./context.js").StageId} StageId
 */

const PIECE = { size: 19, most: 360 }; // type of the whole sentence, and the most that one piece of it may take

/**
 * Where a word's chip rests at a stage: at the top, except while it is still being cut out of the sentence.
 * @param {StageId} stage
 */
export function chipTop(stage) {
  return stage === "tokens" ? 150 : TOP;
}

/** @type {Record<StageId, (c: Context) => (SVGElement | null)[]>} */
export const LIVE = {
  tokens: cutSentence,
  vectors(c) {
    const marks = c.stage.known.map((known, i) => {
      const word = c.words[known ? "known_word" : "unknown_word"];
      return label(c.geo.x(i), ZONE.bottom + 2, word, { size: 11.5, kind: "muted" });
    });
    return [...marks, ...printedCells(c, VECTOR.vectors(c, c.token), "token_vector")];
  },
  router(c) {
    const chosen = c.of("choice").expert;
    return c.stage.scores.map((scores, i) =>
      scoreBars({ x: c.geo.x(i) + 5, bottom: 234, height: 136, room: c.geo.step }, scores, chosen[i], i),
    );
  },
  choice: (c) => [...c.data.words.map((_, i) => ribbon(c, i)), ...c.data.experts.map((_, e) => seat(c, e))],
  experts(c) {
    const nodes = c.stage.expert.flatMap((expert, i) => {
      const x = c.geo.x(i);
      return [
        el("path", { class: "thread", d: `M${x},${TOP + CHIP} V70 M${x},96 V110` }),
        badge(x, 70, expert, c.data.experts[expert]),
      ];
    });
    return [...nodes, ...printedCells(c, VECTOR.experts(c, c.token), "output-0")];
  },
  gates: (c) => c.data.words.flatMap((_, i) => weighted(c, i)),
  transformer: mixed,
  pooling: ({ data, geo }) =>
    data.words.slice(1).map((_, i) => {
      return label((geo.x(i) + geo.x(i + 1)) / 2, 157, "+", { size: 17, kind: "muted" });
    }),
  classes: () => [],
};

/**
 * What lies over the words.
 * @type {Partial<Record<StageId, (c: Context) => SVGElement[]>>}
 */
export const OVER = { pooling: sentenceVector, classes: probabilities };

/**
 * The first numbers of the picked word's column, beside its first cells.
 * @param {Context} c
 * @param {import("./marks.js").VectorPlace} place
 * @param {string} why key of the vector
 */
function printedCells({ geo, token, stage }, { x, y, w, values }, why, count = 4) {
  if (!isRoomy(geo)) return [];
  const mark = whyMark(why, { token, expert: stage.expert?.[token] });
  const look = /** @type {const} */ ({ anchor: "start", size: 11.5, kind: "strong", mark });
  return values.slice(0, count).map((value, i) => label(x + w + 5, y + 10 + 14 * i, fixed(value), look));
}

/** @param {Context} c the sentence as it was typed, and where each piece of it goes */
function cutSentence({ stage, geo, measure }) {
  const widthOf = measure(PIECE.size);
  const pieces = stage.pieces.map(({ text, token }) => {
    const shown = shortened(text, PIECE.most, widthOf);
    return { token, text: shown, width: widthOf(shown) };
  });
  const total = pieces.reduce((sum, piece) => sum + piece.width, 0);
  let end = Math.max(COLUMN.margin + 8, (Math.min(geo.end, geo.visible) - total) / 2);
  return pieces.flatMap(({ token, text, width }) => {
    const from = end;
    end += width;
    const kind = token === null ? "muted" : "";
    const word = label(from, 48, text, { anchor: "start", size: PIECE.size, kind });
    if (token === null) return [word];
    const [to, middle] = [geo.x(token), from + width / 2];
    return [
      word,
      el("path", { class: "cutmark", d: `M${from + 2},58 H${from + width - 2}` }),
      el("path", { class: "thread", d: `M${middle},60 C${middle},105 ${to},100 ${to},146` }),
      label(to, 204, `T${token + 1}`, { kind: "muted" }),
    ];
  });
}

/** @param {Context} c @param {number} i from a word to its expert, as wide as its gate */
function ribbon(c, i) {
  const [from, gate, expert] = [c.geo.x(i), c.stage.gate[i], c.stage.expert[i]];
  const { x, w } = seated(c, i);
  const end = x + w / 2;
  const isPicked = i === c.token;
  const path = {
    d: `M${from},66 C${from},140 ${end},130 ${end},204`,
    stroke: c.data.experts[expert].hue,
    "stroke-width": 2 + 12 * gate,
  };
  return el(
    "g",
    { class: isPicked ? "ribbon picked" : "ribbon" },
    el("path", path, el("title", {}, `E${expert} ${fixed(gate)}`)),
    label(from, 60, brief(gate), {
      size: 12.5,
      weight: isPicked ? 700 : null,
      mark: whyMark("gate", { token: i, expert }),
    }),
    c.stage.swayed[i] ? label(from + 24, 60, "b", { size: 12, kind: "slip-text" }) : null,
  );
}

/** @param {Context} c @param {number} expert */
function seat(c, expert) {
  const style = c.data.experts[expert];
  const load = c.stage.load[expert];
  const { x, y, w, h } = seatBox(c.geo, c.scrolled, c.data.experts.length, expert);
  return el(
    "g",
    { class: load ? "seat" : "seat empty" },
    el("rect", { x, y, width: w, height: h, rx: 9, stroke: style.hue }),
    badge(x + 36, y + 8, expert, style),
    label(x + 36, y + 51, fill(c.words.seat_load, { n: load }), {
      size: 12.5,
      kind: "muted",
      mark: whyMark("words_taken", { expert }),
    }),
  );
}

/** @param {Context} c @param {number} i the expert's output, times its gate */
function weighted({ geo, stage, ramp }, i) {
  const [x, room] = [geo.x(i), geo.step - 22];
  const [expert, gate] = [stage.expert[i], stage.gate[i]];
  const bar = { x: x - room / 2, y: 78, height: 14, rx: 3 };
  const output = { ...LOW, x: x - 30, w: 14, values: stage.output[i], limit: stage.limit, opacity: 0.75 };
  const share = { width: room * Math.min(1, gate), fill: `url(#jx${expert})` };
  return [
    label(x, 68, `${brief(gate)} × E${expert}`, {
      size: isRoomy(geo) ? 14 : 12,
      weight: 600,
      mark: whyMark("gate", { token: i, expert }),
    }),
    el("rect", { class: "track", width: room, ...bar }),
    el("rect", { class: "bar best", ...bar, ...share }),
    stillVector(output, ramp),
    label(x - 5, 190, "→", { size: 15, kind: "muted" }),
  ];
}

/** @param {Context} c what enters the block, what it adds, and what leaves it */
function mixed(c) {
  const { data, geo, stage, words, ramp } = c;
  const last = geo.x(data.words.length - 1) + geo.step / 2 - 2;
  const band = { x: COLUMN.margin + 2, y: 84, width: last - COLUMN.margin - 2, height: 164, rx: 10 };
  const columns = data.words.flatMap((_, i) => {
    const x = geo.x(i);
    const column = { y: 92, h: 148, w: 11, limit: stage.limit, opacity: 0.85 };
    const change = {
      size: 12.5,
      weight: c.token === i ? 600 : null,
      mark: whyMark("mixed_change", { token: i }),
    };
    return [
      stillVector({ ...column, x: x - 28, values: stage.entered[i] }, ramp),
      stillVector({ ...column, x: x - 8, values: stage.added[i] }, ramp),
      ...["+", "="].map((sign, k) => label(x - 12.5 + k * 20, 170, sign, { size: 13, kind: "muted" })),
      ...["entered", "added", "left"].map((name, k) =>
        label(x - 22.5 + k * 22, 78, words[name], { size: 11, kind: "muted" }),
      ),
      label(x, 264, `+${percent(stage.change[i])}`, change),
    ];
  });
  return [el("rect", { class: "band", ...band }), ...columns];
}

/** @param {Context} c the sum of all words, divided */
function sentenceVector({ data, geo, scrolled, stage, words, ramp }) {
  const count = data.words.length;
  const end = geo.x(count - 1) + geo.step / 2;
  const x = Math.min(end, scrolled + geo.visible - COLUMN.tail);
  const cover = { x, y: 0, width: COLUMN.tail, height: ROW.live };
  return [
    ...(x < end ? [el("rect", { class: "cover", ...cover })] : []),
    label(x + 22, 157, `÷ ${count} =`, { size: 15, weight: 600 }),
    el("rect", { class: "frame", x: x + 50, y: ZONE.top - 5, width: 40, height: 186, rx: 6 }),
    stillVector({ ...POOLED, x: x + 56, values: stage.pooled, limit: stage.limit }, ramp, "vec"),
    label(x + 70, ZONE.bottom, words.sentence_vector, { size: 13, weight: 600 }),
  ];
}

/** @param {Context} c */
function probabilities(c) {
  const { data, geo, scrolled, stage, words } = c;
  const bars = stage.probabilities.map((value, i) => {
    const place = { x: 96, y: 84 + i * 50, room: geo.visible - 110, height: 30 };
    return classBar(place, data.classes[i], className(c, data.labels[i]), value, {
      mark: whyMark(`probability-${i}`),
    });
  });
  const arrow = label(78, 158, "→", { size: 18, kind: "muted" });
  const name = label(44, ZONE.bottom, words.sentence_vector, { size: 12.5, kind: "muted" });
  return [el("g", { transform: `translate(${scrolled}, 0)` }, name, arrow, ...bars)];
}
