// The picture: header, group bands, one row per expert, the cut. Built once per layout; the rest only moves it.
import { el, set } from "../kit/dom.js";
import { fixed, signed } from "../kit/numbers.js";
import { span } from "../kit/scale.js";
import { fill, fitInto } from "../kit/text.js";
import { texturePatterns } from "../kit/textures.js";
import { setMark, whyMark } from "../kit/why.js";
import { BAR_IDS, SCORE, columnIds, rowTops } from "./geometry.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./geometry.js").Layout} Layout
 * @typedef {import("./geometry.js").ColumnId} ColumnId
 * @typedef {import("./geometry.js").BarId} BarId
 *
 * @typedef {{ node: SVGGElement, bar: SVGRectElement, ghost: SVGRectElement, number: SVGTextElement,
 *   note: SVGTextElement }} BarCell
 * @typedef {{ node: SVGGElement, dot: SVGCircleElement, text: SVGTextElement }} GroupCell
 * @typedef {{ node: SVGGElement, fate: SVGTextElement, bars: Record<BarId, BarCell>, group: GroupCell | null }} Row
 * @typedef {{ node: SVGGElement, rects: SVGRectElement[], name: SVGTextElement, score: SVGTextElement }} Band
 * @typedef {{ id: ColumnId, node: SVGGElement, back: SVGRectElement, word: SVGTextElement,
 *   formula: SVGTextElement }} Head
 * @typedef {ReturnType<typeof buildScene>} Scene
 */

/** Column of a number -> the key of its sum; a bias is learned, and stands in the sum of the choice score. */
export const WHY = /** @type {const} */ ({
  logit: "logit",
  score: "score",
  bias: "choice",
  choice: "choice",
  gate: "gate",
});
const HEADS_APART = 8; // px between the formulas of two columns
const CENTRAL = { "dominant-baseline": "central" };
const MIDDLE = { "text-anchor": "middle" };
const END = { "text-anchor": "end" };

/**
 * A number of the formula; the choice score of an excluded expert is minus infinity.
 * @param {number | null} value
 */
export function three(value) {
  return fixed(value, 3, "−∞");
}

/**
 * @param {SVGSVGElement} svg
 * @param {PictureData} data
 * @param {Layout} layout
 */
export function buildScene(svg, data, layout) {
  const { width, height, bottom, columns } = layout;
  set(svg, { viewBox: `0 0 ${width} ${height}`, width, height });
  const heads = columnIds(data).map((id) => buildHead(id, data, layout));
  const bands = data.groups.map(() => buildBand(layout));
  const rows = data.rows.map(({ e }) => buildRow(e, data, layout));
  const cutText = el("text", { y: bottom + 15, ...MIDDLE, ...whyMark("cut") });
  const cutLine = el("line", { y1: SCORE.head - 3, y2: bottom + 3 });
  const cut = el("g", { class: "cut", "aria-hidden": "true" }, cutLine, cutText);
  const across = el("line", { class: "across", x1: 0, x2: width, "aria-hidden": "true" });
  const total = el("text", {
    class: "total",
    x: columns.gate.number,
    y: bottom + 15,
    ...END,
    ...whyMark("gate_sum"),
  });
  const all = (/** @type {{ node: SVGGElement }[]} */ parts) => parts.map(({ node }) => node);
  svg.replaceChildren(
    el("defs", {}, hatching(), ...texturePatterns(data.experts, "sp")),
    el("g", {}, ...heads.map(({ back }) => back)),
    el("g", { role: "listbox", "aria-label": data.words.experts }, ...all(rows)),
    el("g", { class: "bands" }, ...all(bands)),
    el("g", {}, ...all(heads)),
    across,
    cut,
    total,
  );
  return { heads, bands, rows, cut, cutText, across, total };
}

function hatching() {
  const size = { width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return el("pattern", { id: "out", ...size }, el("rect", { class: "hatch", width: 1.4, height: 6 }));
}

/** @param {ColumnId} id @param {PictureData} data @param {Layout} layout @returns {Head} */
function buildHead(id, data, { columns, bottom }) {
  const { x, w } = columns[id];
  const word = el("text", { class: "word", x: x + SCORE.pad, y: 14 });
  const formula = el("text", { class: "formula", x: x + SCORE.pad, y: 33 });
  const node = el(
    "g",
    { class: "head", "data-col": id },
    el("title", {}, data.heads[id].hint),
    el("rect", { class: "hit", x, y: 0, width: w, height: SCORE.head - 4 }),
    word,
    formula,
  );
  const back = el("rect", { class: "colback", x: x + 2, y: 0, width: w - 4, height: bottom, rx: 6 });
  return { id, node, back, word, formula };
}

/** @param {Layout} layout @returns {Band} */
function buildBand({ columns }) {
  const { x, w } = columns.group;
  const end = columns.gate.x + columns.gate.w;
  const back = el("rect", { class: "bandback", x: x + 4, width: w - 8, rx: 5 });
  const shade = el("rect", { class: "shade", x: x + 4, width: end - x - 8, rx: 5, fill: "url(#out)" });
  const name = el("text", { class: "bandname", x: x + w / 2 + 5, ...MIDDLE });
  const score = el("text", { class: "bandscore", x: x + w / 2 + 5, ...MIDDLE });
  const node = el("g", { class: "band", "data-col": "group" }, shade, back, name, score);
  return { node, rects: [back, shade], name, score };
}

/** @param {number} e @param {PictureData} data @param {Layout} layout @returns {Row} */
function buildRow(e, data, layout) {
  const { hue, label } = data.experts[e];
  const middle = layout.row / 2;
  const thick = Math.min(layout.row - 9, 15);
  const fate = el("text", { class: "fate", x: 70, y: middle, ...CENTRAL });
  const bars = /** @type {Record<BarId, BarCell>} */ ({});
  for (const id of BAR_IDS) bars[id] = buildBar(id, e, layout, middle, thick);
  const group = data.groups.length ? buildGroup(layout, middle) : null;
  const cells = columnIds(data).map((id) => (id === "group" ? group?.node : bars[id].node));
  const swatch = {
    x: 6,
    y: middle - thick / 2 - 1,
    width: 24,
    height: thick + 2,
    rx: 4,
    fill: `url(#sp${e})`,
  };
  const node = el(
    "g",
    { class: "row", role: "option", tabindex: -1, "data-e": e },
    el("rect", { class: "ground", x: 0, y: 1, width: layout.width, height: layout.row - 2, rx: 5 }),
    el("rect", { class: "swatch", ...swatch, stroke: hue }),
    el("text", { class: "name", x: 37, y: middle, ...CENTRAL }, label),
    fate,
    ...cells,
  );
  return { node, fate, bars, group };
}

/** @param {Layout} layout @param {number} middle @returns {GroupCell} */
function buildGroup({ columns }, middle) {
  const { x, w } = columns.group;
  const dot = el("circle", { class: "dot", cx: x + 13, cy: middle, r: 3 });
  const text = el("text", { class: "ingroup", x: x + w / 2 + 5, y: middle, ...MIDDLE, ...CENTRAL });
  return { node: el("g", { class: "cell group", "data-col": "group" }, dot, text), dot, text };
}

/**
 * @param {BarId} id
 * @param {number} e
 * @param {Layout} layout
 * @param {number} middle
 * @param {number} thick
 * @returns {BarCell}
 */
function buildBar(id, e, { columns, scales, row }, middle, thick) {
  const right = columns[id].number;
  const zero = scales[id](0);
  const look = { fill: id === "gate" ? `url(#sp${e})` : null };
  const text = { y: middle, ...END, ...CENTRAL };
  const bar = el("rect", { class: "bar", y: middle - thick / 2, height: thick, rx: 2, ...look });
  const ghost = el("rect", { class: "ghost", y: middle - thick / 2 - 1.5, height: thick + 3, rx: 3 });
  const number = el("text", { class: "number", x: right, ...text });
  const note = el("text", { class: "note", x: right - SCORE.number - 4, ...text });
  const line = el("line", { class: "zero", x1: zero, x2: zero, y1: 1, y2: row - 1 });
  const node = el("g", { class: `cell ${id}`, "data-col": id }, line, bar, ghost, note, number);
  return { node, bar, ghost, number, note };
}

/**
 * Move everything to the present numbers; the style sheet makes it a movement.
 * @param {Scene} scene
 * @param {PictureData} data
 * @param {Layout} layout
 * @param {boolean} isSorted
 */
export function moveScene(scene, data, layout, isSorted) {
  const tops = rowTops(data, layout, isSorted);
  for (const row of data.rows) setRow(scene.rows[row.e], row, data, layout, tops[row.e]);
  const unsorted = rowTops(data, layout, false);
  data.groups.forEach((group, g) => setBand(scene.bands[g], group, data, layout, unsorted[group.members[0]]));
  for (const { id, word, formula } of scene.heads) {
    word.textContent = data.heads[id].word;
    formula.textContent = data.heads[id].formula;
    fitInto(formula, layout.columns[id].w - SCORE.pad - HEADS_APART);
  }
  scene.cut.style.transform = `translate(${layout.scales.choice(data.cut ?? 0)}px, 0px)`;
  scene.cut.style.display = data.cut === null ? "none" : "";
  scene.cutText.textContent = fill(data.words.cut, { k: data.top_k, cut: three(data.cut) });
  scene.across.style.transform = `translate(0px, ${SCORE.head + data.top_k * layout.row + 4}px)`;
  scene.total.textContent = `Σ g = ${three(data.gate_sum)}`;
}

/**
 * Every moving part of one expert's row at its values.
 * @param {Row} parts
 * @param {PictureData["rows"][number]} row
 * @param {PictureData} data
 * @param {Layout} layout
 * @param {number} top
 */
function setRow({ node, bars, fate, group }, row, data, layout, top) {
  node.style.transform = `translate(0px, ${top}px)`;
  node.classList.toggle("chosen", row.chosen);
  node.classList.toggle("out", !row.kept);
  node.dataset.fate = row.fate;
  const trained = { ...row, ...row.trained };
  for (const id of BAR_IDS) {
    const { bar, ghost, number } = bars[id];
    const value = row[id];
    setBar(bar, layout.scales[id], value);
    setBar(ghost, layout.scales[id], trained[id]);
    ghost.classList.toggle("on", trained[id] !== value);
    const isShown = id !== "gate" || row.chosen;
    setMark(number, whyMark(isShown ? WHY[id] : null, { expert: row.e }));
    number.textContent = id === "bias" ? signed(row.bias) : isShown ? three(value) : "";
  }
  bars.choice.note.textContent = row.rank === null ? "" : `#${row.rank + 1}`;
  fate.textContent = data.fates[row.fate] ?? "";
  group?.dot.classList.toggle("on", row.counted);
  if (group) group.text.textContent = fill(data.words.group, { g: row.group });
}

/** @param {SVGRectElement} bar @param {(value: number) => number} scale @param {number | null} value */
function setBar(bar, scale, value) {
  const { x, width } = span(scale, value ?? 0);
  set(bar, { x, width: value === null ? 0 : Math.max(width, 0.8) });
}

/**
 * @param {Band} band
 * @param {PictureData["groups"][number]} group
 * @param {PictureData} data
 * @param {Layout} layout
 * @param {number} top
 */
function setBand({ node, rects, name, score }, group, data, layout, top) {
  const height = group.members.length * layout.row;
  for (const rect of rects) set(rect, { y: top, height });
  node.classList.toggle("kept", group.kept);
  set(name, { y: top + height / 2 - 8 });
  set(score, { y: top + height / 2 + 11 });
  name.textContent = `${fill(data.words.group, { g: group.group })} ${group.kept ? "✓" : "✕"}`;
  score.textContent = three(group.score);
  setMark(score, whyMark(`group_score-${group.group}`));
}
