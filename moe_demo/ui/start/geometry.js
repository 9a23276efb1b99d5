// Where everything stands: pure functions from data and size to coordinates, no drawing.
import { shortened } from "../kit/text.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {PictureData["layers"][number]} Layer
 * @typedef {Pick<PictureData, "tokens" | "experts" | "groups" | "shared">} Shape what the layout depends on
 *
 * @typedef {{ y: number, top: number, height: number, text: string }} TokenPlace
 * @typedef {{ y: number, top: number, height: number }} SeatPlace
 * @typedef {{ t: number, e: number, width: number, from: number, to: number, path: string }} Ribbon
 *   `from` and `to` are the heights of its two ends
 * @typedef {(size: number) => (text: string) => number} Measure widths of texts in a type of so many pixels
 */

const ROW = { token: 22, seat: 18, seatMax: 46, groupGap: 8 };
const GLOSS = 11; // px of the type of a word's meaning
const GLOSS_ROW = 36; // px of a row that has room for it
const BAND = { height: 30, gap: 10 }; // of the shared experts
const FEED = 16; // px left of the words, for the line that takes all of them to the shared experts
const GATE_WIDTH = 30; // px of ribbon for a gate of 1, unless the rows are too narrow for it
const THINNEST = 1.2; // px of a ribbon
const FEW_EXPERTS = 8; // up to here a seat may be tall
const VERDICT = { best: [23, 16], other: [18, 15], gap: 0.6, bold: 1.07 }; // type in px; gap of a type; wider if bold
const SEAT_HEAD = 84; // px of swatch and name, before the words of a seat

/** @typedef {ReturnType<typeof flowLayout>} Layout */

/**
 * Columns and rows of the whole picture.
 * @param {Shape} data
 * @param {number} width
 * @param {number} room height that is free for it
 * @param {Measure} measure
 */
export function flowLayout(data, width, room, measure) {
  const band = data.shared.length ? BAND.height + BAND.gap : 0;
  const groupGaps = (data.groups - 1) * ROW.groupGap;
  // On the first screen, however long the text.
  const seatsHeight = Math.max(room - band, data.experts.length * ROW.seat + groupGaps);
  const height = Math.max(seatsHeight, data.tokens.length * ROW.token);
  const tokenRow = height / data.tokens.length;
  const tokenFont = tokenRow >= 30 ? 16 : tokenRow >= 24 ? 15 : 14;
  const columns = columnsOf(data, width, measure(tokenFont));
  // Below many words the shared experts would be off the screen: then they stand above.
  const top = height > seatsHeight ? band : 0;
  const row = { tokenRow, seatsHeight, groupGaps, top };
  return {
    ...columns,
    width,
    height,
    tokenRow,
    tokenFont,
    seatsHeight,
    top,
    band: { y: top ? 0 : height + BAND.gap, height: BAND.height },
    total: height + band + 1,
    tokens: data.tokens.map(({ text, gloss }, t) => ({
      ...tokenPlace(text, t, row, columns.tokenWidth, measure(tokenFont)),
      gloss: tokenRow >= GLOSS_ROW ? shortened(gloss, columns.tokenWidth - 10, measure(GLOSS)) : "",
    })),
    seats: data.experts.map((_, e) => seatPlace(e, data, row)),
  };
}

/**
 * From left to right: words, ribbons, seats, classes.
 * @param {Shape} data
 * @param {number} width
 * @param {(text: string) => number} widthOf
 */
function columnsOf(data, width, widthOf) {
  const widest = Math.max(...data.tokens.map((token) => widthOf(token.text)));
  const tokenWidth = Math.min(Math.max(widest + 28, 76), width * 0.17);
  const tokenX = data.shared.length ? FEED : 1;
  const resultWidth = Math.min(Math.max(width * 0.21, 190), 300);
  const resultX = width - resultWidth;
  const seatsEnd = resultX - (data.groups > 1 ? 84 : 60);
  const seatX = tokenX + tokenWidth + Math.max((seatsEnd - tokenWidth) * 0.5, 150);
  const wordsX = seatX + SEAT_HEAD;
  return {
    tokenX,
    tokenWidth,
    resultX,
    resultWidth,
    seatX,
    seatsEnd,
    wordsX,
    wordsWidth: seatsEnd - wordsX - 4,
  };
}

/**
 * @param {string} text
 * @param {number} t
 * @param {{ tokenRow: number, top: number }} row
 * @param {number} width
 * @param {(text: string) => number} widthOf
 * @returns {TokenPlace}
 */
function tokenPlace(text, t, { tokenRow, top }, width, widthOf) {
  const height = Math.min(tokenRow - 3, 38);
  const y = top + (t + 0.5) * tokenRow;
  return { y, top: y - height / 2, height, text: shortened(text, width - 24, widthOf) };
}

/**
 * @param {number} e
 * @param {Shape} data
 * @param {{ seatsHeight: number, groupGaps: number, top: number }} rows
 * @returns {SeatPlace}
 */
function seatPlace(e, { experts, groups }, { seatsHeight, groupGaps, top: above }) {
  const isFew = experts.length <= FEW_EXPERTS;
  const row = Math.min((seatsHeight - groupGaps) / experts.length, isFew ? 130 : ROW.seatMax);
  const used = row * experts.length + groupGaps;
  const group = Math.floor(e / (experts.length / groups));
  const height = Math.min(row - 3, isFew ? 72 : 40);
  const top =
    above + (seatsHeight - used) / 2 + e * row + group * ROW.groupGap + 1.5 + (row - 3 - height) / 2;
  return { top, height, y: top + height / 2 };
}

/**
 * One ribbon per assignment of a layer, as wide as its gate.
 * @param {Pick<Layer, "experts" | "gates">} layer
 * @param {Pick<Layout, "tokens" | "seats" | "tokenRow" | "tokenX" | "tokenWidth" | "seatX">} layout
 * @returns {Ribbon[]}
 */
export function ribbonPlaces(layer, layout) {
  const perToken = layer.gates.map((gates) => gates.reduce((sum, gate) => sum + gate, 0));
  const scale = Math.min(GATE_WIDTH, (0.86 * layout.tokenRow) / Math.max(...perToken, 0.01));
  const ribbons = layer.experts.flatMap((experts, t) =>
    experts.map((e, k) => ({
      ...{ t, e, from: 0, to: 0, path: "" },
      width: Math.max(layer.gates[t][k] * scale, THINNEST),
    })),
  );
  layout.tokens.forEach(({ y }, t) => {
    const ends = ribbons.filter((ribbon) => ribbon.t === t).sort((a, b) => a.e - b.e);
    stacked(ends, y, Infinity, (ribbon, at) => (ribbon.from = at));
  });
  layout.seats.forEach(({ y, height }, e) => {
    const ends = ribbons.filter((ribbon) => ribbon.e === e).sort((a, b) => a.t - b.t);
    stacked(ends, y, height - 4, (ribbon, at) => (ribbon.to = at));
  });
  for (const ribbon of ribbons) ribbon.path = ribbonPath(ribbon, layout);
  return ribbons;
}

/**
 * Put the ends of ribbons side by side around a height, pressed together where there is no room.
 * @param {Ribbon[]} ribbons
 * @param {number} centre
 * @param {number} room
 * @param {(ribbon: Ribbon, y: number) => void} put
 */
function stacked(ribbons, centre, room, put) {
  const total = ribbons.reduce((sum, ribbon) => sum + ribbon.width, 0);
  const pressed = Math.min(1, room / total);
  let y = centre - (total * pressed) / 2;
  for (const ribbon of ribbons) {
    put(ribbon, y + (ribbon.width * pressed) / 2);
    y += ribbon.width * pressed;
  }
}

/**
 * @param {Ribbon} ribbon
 * @param {Pick<Layout, "tokenX" | "tokenWidth" | "seatX">} layout
 * @returns {string}
 */
function ribbonPath({ from, to }, { tokenX, tokenWidth, seatX }) {
  const start = tokenX + tokenWidth + 3;
  const end = seatX - 2;
  const bend = (end - start) * 0.5;
  return `M${start},${from} C${start + bend},${from} ${end - bend},${to} ${end},${to}`;
}

/**
 * A class and its probability on one line: in large type if they fit with a gap between them, else in smaller type,
 * and in the smallest the class is shortened.
 * @param {string} word
 * @param {string} shown
 * @param {number} width
 * @param {boolean} isBest
 * @param {Measure} measure
 */
export function verdictLine(word, shown, width, isBest, measure) {
  const glyph = 1.5; // of the type
  const room = (/** @type {number} */ size) =>
    width - (glyph + VERDICT.gap) * size - measure(size)(shown) * VERDICT.bold;
  const [most, least] = isBest ? VERDICT.best : VERDICT.other;
  let size = most;
  while (size > least && measure(size)(word) * VERDICT.bold > room(size)) size -= 1;
  return { size, word: shortened(word, room(size) / VERDICT.bold, measure(size)) };
}

/**
 * Words side by side, each once: "苹果 · 的 ×3".
 * @param {string[]} words
 * @returns {string}
 */
export function counted(words) {
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].map(([word, n]) => (n > 1 ? `${word} ×${n}` : word)).join(" · ");
}
