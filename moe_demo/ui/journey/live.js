// The lower row: the same stage in the trained model. Each word keeps its column; its vector goes with it.

import { el, fill, shown } from "../kit/dom.js";
import { CHIP, COLUMN, ROW, TOP, ZONE, exact, fitted } from "./geometry.js";
import { badge, classBar, label, scoreBars, stillVector } from "./marks.js";

/** Where a word's chip rests at a stage: at the top, except while it is still being cut out of the sentence. */
export function chipTop(stage) {
  return stage === "tokens" ? 150 : TOP;
}

const COLUMN_TALL = { y: ZONE.top, h: ZONE.bottom - ZONE.top - 18 };
const COLUMN_LOW = { y: 112, h: 148 };

/** Where a word's vector stands at each stage, and which values it holds there. */
export const VECTOR = {
  tokens: (c, i) => ({ x: c.geo.x(i) - 2, y: 190, w: 4, h: 4, values: c.of("vectors").values[i], limit: c.of("vectors").limit, opacity: 0 }),
  vectors: (c, i) => ({ ...COLUMN_TALL, x: c.geo.x(i) - 17, w: 34, values: c.stage.values[i], limit: c.stage.limit }),
  router: (c, i) => ({ x: c.geo.x(i) - c.geo.step / 2 + 4, y: 84, w: 7, h: 150, values: c.of("vectors").values[i], limit: c.of("vectors").limit, opacity: 0.9 }),
  choice: (c, i) => ({ ...passenger(c, i), values: c.of("vectors").values[i], limit: c.of("vectors").limit }),
  experts: (c, i) => ({ ...COLUMN_LOW, x: c.geo.x(i) - 17, w: 34, values: c.stage.values[i], limit: c.stage.limit }),
  gates: (c, i) => ({ ...COLUMN_LOW, x: c.geo.x(i) + 6, w: 26, values: c.stage.values[i], limit: c.stage.limit }),
  transformer: (c, i) => ({ y: 92, h: 148, x: c.geo.x(i) + 12, w: 18, values: c.stage.values[i], limit: c.stage.limit }),
  pooling: (c, i) => ({ y: ZONE.top, h: 176, x: c.geo.x(i) - 14, w: 28, values: c.stage.values[i], limit: c.stage.limit }),
  classes: (c) => ({ y: ZONE.top, h: 176, x: 30 + c.scrolled, w: 28, values: c.stage.pooled, limit: c.stage.limit }),
};

/** The first numbers of the picked word's column, beside its first cells. */
function printedCells(c, place, count = 4) {
  if (c.geo.step < 86) return [];
  return place.values.slice(0, count).map((value, i) =>
    label(place.x + place.w + 5, place.y + 10 + 14 * i, exact(value), { anchor: "start", size: 11.5, kind: "strong" }),
  );
}

export const LIVE = {
  tokens(c) {
    const size = 19;
    const pieces = c.stage.pieces.map((piece) => ({ ...piece, ...fitted(piece.text, 360, size) }));
    const total = pieces.reduce((sum, piece) => sum + piece.width, 0);
    let x = Math.max(COLUMN.margin + 8, (Math.min(c.geo.end, c.geo.visible) - total) / 2);
    return pieces.flatMap((piece) => {
      const from = x;
      x += piece.width;
      const text = label(from, 48, piece.text, { anchor: "start", size, kind: piece.token === null ? "muted" : "" });
      if (piece.token === null) return [text];
      const to = c.geo.x(piece.token);
      const middle = from + piece.width / 2;
      return [
        text,
        el("path", { class: "cutmark", d: `M${from + 2},58 H${from + piece.width - 2}` }),
        el("path", { class: "thread", d: `M${middle},60 C${middle},105 ${to},100 ${to},146` }),
        label(to, 204, `T${piece.token + 1}`, { kind: "muted" }),
      ];
    });
  },
  vectors(c) {
    const marks = c.data.words.map((_, i) =>
      label(c.geo.x(i), ZONE.bottom + 2, c.words[c.stage.known[i] ? "known_word" : "unknown_word"], { size: 11.5, kind: "muted" }),
    );
    return [...marks, ...printedCells(c, VECTOR.vectors(c, c.token))];
  },
  router(c) {
    const chosen = c.of("choice").expert;
    return c.stage.scores.map((scores, i) => scoreBars(c.geo.x(i) + 5, 234, 136, c.geo.step, scores, chosen[i]));
  },
  choice(c) {
    const ribbons = c.data.words.map((_, i) => ribbon(c, i));
    return [...ribbons, ...c.data.experts.map((style, e) => seat(c, e, style))];
  },
  experts(c) {
    const nodes = c.data.words.flatMap((_, i) => [
      el("path", { class: "thread", d: `M${c.geo.x(i)},${TOP + CHIP} V70 M${c.geo.x(i)},96 V110` }),
      badge(c.geo.x(i), 70, c.stage.expert[i], c.data.experts[c.stage.expert[i]]),
    ]);
    return [...nodes, ...printedCells(c, VECTOR.experts(c, c.token))];
  },
  gates(c) {
    return c.data.words.flatMap((_, i) => {
      const [x, room] = [c.geo.x(i), c.geo.step - 22];
      const expert = c.stage.expert[i];
      return [
        label(x, 68, `${shown(c.stage.gate[i])} × E${expert}`, { size: c.geo.step < 86 ? 12 : 14, weight: 600 }),
        el("rect", { class: "track", x: x - room / 2, y: 78, width: room, height: 14, rx: 3 }),
        el("rect", { class: "bar best", x: x - room / 2, y: 78, width: room * Math.min(1, c.stage.gate[i]), height: 14, rx: 3, fill: `url(#jx${expert})` }),
        stillVector({ ...COLUMN_LOW, x: x - 30, w: 14, values: c.stage.output[i], limit: c.stage.limit, opacity: 0.75 }, c.ramp),
        label(x - 5, 190, "→", { size: 15, kind: "muted" }),
      ];
    });
  },
  transformer(c) {
    const last = c.geo.x(c.data.words.length - 1) + c.geo.step / 2 - 2;
    const band = el("rect", { class: "band", x: COLUMN.margin + 2, y: 84, width: last - COLUMN.margin - 2, height: 164, rx: 10 });
    const columns = c.data.words.flatMap((_, i) => {
      const [x, common] = [c.geo.x(i), { y: 92, h: 148, limit: c.stage.limit }];
      return [
        stillVector({ ...common, x: x - 28, w: 11, values: c.stage.entered[i], opacity: 0.85 }, c.ramp),
        stillVector({ ...common, x: x - 8, w: 11, values: c.stage.added[i], opacity: 0.85 }, c.ramp),
        ...["+", "="].map((sign, k) => label(x - 12.5 + k * 20, 170, sign, { size: 13, kind: "muted" })),
        ...["entered", "added", "left"].map((word, k) => label(x - 22.5 + k * 22, 78, c.words[word], { size: 11, kind: "muted" })),
        label(x, 264, `+${Math.round(c.stage.change[i] * 100)}%`, { size: 12.5, weight: c.token === i ? 600 : null }),
      ];
    });
    return [band, ...columns];
  },
  pooling(c) {
    return c.data.words.slice(1).map((_, i) => label((c.geo.x(i) + c.geo.x(i + 1)) / 2, 157, "+", { size: 17, kind: "muted" }));
  },
  classes: () => [],
};

/** What lies over the words. */
export const OVER = {
  pooling(c) {
    const count = c.data.words.length;
    const end = c.geo.x(count - 1) + c.geo.step / 2;
    const x = Math.min(end, c.scrolled + c.geo.visible - COLUMN.tail);
    return [
      ...(x < end ? [el("rect", { class: "cover", x, y: 0, width: COLUMN.tail, height: ROW.live })] : []),
      label(x + 22, 157, `÷ ${count} =`, { size: 15, weight: 600 }),
      el("rect", { class: "frame", x: x + 50, y: ZONE.top - 5, width: 40, height: 186, rx: 6 }),
      stillVector({ y: ZONE.top, h: 176, x: x + 56, w: 28, values: c.stage.pooled, limit: c.stage.limit }, c.ramp, "vec"),
      label(x + 70, ZONE.bottom, c.words.sentence_vector, { size: 13, weight: 600 }),
    ];
  },
  classes(c) {
    const bars = c.stage.probabilities.map((value, i) =>
      classBar(96, 84 + i * 50, c.geo.visible - 110, c.data.classes[i], c.words[`class.${c.data.labels[i]}`] ?? c.data.labels[i], value, { height: 30 }),
    );
    const arrow = label(78, 158, "→", { size: 18, kind: "muted" });
    const name = label(44, ZONE.bottom, c.words.sentence_vector, { size: 12.5, kind: "muted" });
    return [el("g", { transform: `translate(${c.scrolled}, 0)` }, name, arrow, ...bars)];
  },
};

/** Left edge and width of an expert's seat. */
function seatBox(c, expert) {
  const span = Math.min(c.geo.end, c.geo.visible) / c.data.experts.length;
  return { x: c.scrolled + span * expert + 10, width: span - 20, y: 206, height: 62 };
}

/** Where a word's vector sits in its expert's seat: in the order of the sentence. */
function passenger(c, i) {
  const chosen = c.of("choice").expert;
  const box = seatBox(c, chosen[i]);
  const before = chosen.slice(0, i).filter((e) => e === chosen[i]).length;
  const count = chosen.filter((e) => e === chosen[i]).length;
  const pitch = Math.min(20, (box.width - 84) / count);
  return { x: box.x + 72 + before * pitch, y: box.y + 9, w: Math.max(2, pitch * 0.6), h: 44 };
}

function ribbon(c, i) {
  const [from, to, gate] = [c.geo.x(i), passenger(c, i), c.stage.gate[i]];
  const end = to.x + to.w / 2;
  const expert = c.stage.expert[i];
  return el(
    "g",
    { class: i === c.token ? "ribbon picked" : "ribbon" },
    el("path", { d: `M${from},66 C${from},140 ${end},130 ${end},204`, stroke: c.data.experts[expert].hue, "stroke-width": 2 + 12 * gate }, el("title", {}, `E${expert} ${exact(gate)}`)),
    label(from, 60, shown(gate), { size: 12.5, weight: i === c.token ? 700 : null }),
    ...(c.stage.swayed[i] ? [label(from + 24, 60, "b", { size: 12, kind: "slip-text" })] : []),
  );
}

function seat(c, expert, style) {
  const box = seatBox(c, expert);
  const count = fill(c.words.seat_load, { n: c.stage.load[expert] });
  return el(
    "g",
    { class: c.stage.load[expert] ? "seat" : "seat empty" },
    el("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 9, stroke: style.hue }),
    badge(box.x + 36, box.y + 8, expert, style),
    label(box.x + 36, box.y + 51, count, { size: 12.5, kind: "muted" }),
  );
}
