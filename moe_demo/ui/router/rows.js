// The picture: header, group bands, one row per expert, the cut. Built once per layout; `setRow` only moves it.

import { el, fill } from "../kit/dom.js";
import { texturePatterns } from "../kit/textures.js";
import { SCORE, span } from "./geometry.js";

/** A number of the formula, with a true minus sign. */
export function three(value) { return value === null ? "−∞" : value.toFixed(3).replace("-", "−"); }
export function signed(value) { return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(3); }

export function buildScene(svg, data, layout) {
  const hatch = el("pattern", { id: "out", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    el("rect", { class: "hatch", width: 1.4, height: 6 }));
  svg.replaceChildren(el("defs", {}, hatch, ...texturePatterns(data.experts, "sp")));
  svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.height}`);
  svg.setAttribute("width", layout.width);
  svg.setAttribute("height", layout.height);
  const heads = Object.values(layout.columns).map((column) => buildHead(column, data, layout));
  const bands = data.groups.map((group) => buildBand(group, layout));
  const rows = data.rows.map((row) => buildRow(row, data, layout));
  const cut = el("g", { class: "cut", "aria-hidden": "true" },
    el("line", { y1: SCORE.head - 3, y2: layout.bottom + 3 }),
    el("text", { y: layout.bottom + 15, "text-anchor": "middle" }));
  const across = el("line", { class: "across", x1: 0, x2: layout.width, "aria-hidden": "true" });
  const total = el("text", { class: "total", x: layout.columns.gate.number, y: layout.bottom + 15, "text-anchor": "end" });
  const list = el("g", { role: "listbox", "aria-label": data.words.experts }, ...rows.map((row) => row.node));
  svg.append(el("g", {}, ...heads.map((head) => head.back)), list, el("g", { class: "bands" }, ...bands.map((band) => band.node)),
    el("g", {}, ...heads.map((head) => head.node)), across, cut, total);
  return { heads, bands, rows, cut, across, total };
}

function buildHead(column, data, layout) {
  const { id, x, w } = column;
  const node = el("g", { class: "head", "data-col": id },
    el("title", {}, data.heads[id].hint),
    el("rect", { class: "hit", x, y: 0, width: w, height: SCORE.head - 4 }),
    el("text", { class: "word", x: x + SCORE.pad, y: 14 }, data.heads[id].word),
    el("text", { class: "formula", x: x + SCORE.pad, y: 33 }, data.heads[id].formula));
  const back = el("rect", { class: "colback", x: x + 2, y: 0, width: w - 4, height: layout.bottom, rx: 6 });
  return { id, node, back };
}

function buildBand(group, layout) {
  const { x, w } = layout.columns.group;
  const back = el("rect", { class: "bandback", x: x + 4, width: w - 8, rx: 5 });
  const shade = el("rect", { class: "shade", x: x + 4, width: layout.columns.gate.x + layout.columns.gate.w - x - 8, rx: 5, fill: "url(#out)" });
  const name = el("text", { class: "bandname", x: x + w / 2 + 5, "text-anchor": "middle" });
  const score = el("text", { class: "bandscore", x: x + w / 2 + 5, "text-anchor": "middle" });
  return { g: group.group, back, shade, name, score, node: el("g", { class: "band", "data-col": "group" }, shade, back, name, score) };
}

function buildRow(row, data, layout) {
  const { e } = row, style = data.experts[e], middle = layout.row / 2, thick = Math.min(layout.row - 9, 15);
  const node = el("g", { class: "row", role: "option", tabindex: -1, "data-e": e });
  const ground = el("rect", { class: "ground", x: 0, y: 1, width: layout.width, height: layout.row - 2, rx: 5 });
  const swatch = el("rect", { class: "swatch", x: 6, y: middle - thick / 2 - 1, width: 24, height: thick + 2, rx: 4, fill: `url(#sp${e})`, stroke: style.hue });
  const name = el("text", { class: "name", x: 37, y: middle, "dominant-baseline": "central" }, style.label);
  const fate = el("text", { class: "fate", x: 70, y: middle, "dominant-baseline": "central" });
  node.append(ground, swatch, name, fate);
  const parts = { node, name, fate, cells: {} };
  for (const id of Object.keys(layout.columns)) {
    parts.cells[id] = buildCell(id, e, layout, middle, thick);
    node.append(parts.cells[id].node);
  }
  return parts;
}

function buildCell(id, e, layout, middle, thick) {
  const column = layout.columns[id], node = el("g", { class: `cell ${id}`, "data-col": id });
  const at = { y: middle, "dominant-baseline": "central" };
  if (id === "group") {
    const dot = el("circle", { class: "dot", cx: column.x + 13, cy: middle, r: 3 });
    const text = el("text", { class: "ingroup", x: column.x + column.w / 2 + 5, "text-anchor": "middle", ...at });
    node.append(dot, text);
    return { node, dot, text };
  }
  const bar = el("rect", { class: "bar", y: middle - thick / 2, height: thick, rx: 2, fill: id === "gate" ? `url(#sp${e})` : null });
  const ghost = el("rect", { class: "ghost", y: middle - thick / 2 - 1.5, height: thick + 3, rx: 3 });
  const number = el("text", { class: "number", x: column.number, "text-anchor": "end", ...at });
  const zero = el("line", { class: "zero", x1: layout.scales[id](0), x2: layout.scales[id](0), y1: 1, y2: layout.row - 1 });
  const note = el("text", { class: "note", x: column.number - SCORE.number - 4, "text-anchor": "end", ...at });
  node.append(zero, bar, ghost, note, number);
  return { node, bar, ghost, number, note };
}

/** Every moving part of one expert's row at its values. */
export function setRow(parts, row, data, layout, top) {
  parts.node.style.transform = `translate(0px, ${top}px)`;
  parts.node.classList.toggle("chosen", row.chosen);
  parts.node.classList.toggle("out", !row.kept);
  parts.node.dataset.fate = row.fate;
  const was = row.trained ?? {}, show = { logit: row.logit, score: row.score, bias: row.bias, choice: row.choice, gate: row.gate };
  for (const [id, value] of Object.entries(show)) {
    const cell = parts.cells[id], old = id in was ? was[id] : value;
    place(cell.bar, layout.scales[id], value);
    place(cell.ghost, layout.scales[id], old);
    cell.ghost.classList.toggle("on", old !== value);
    cell.number.textContent = id === "bias" ? signed(value) : id === "gate" && !row.chosen ? "" : three(value);
  }
  parts.cells.choice.note.textContent = row.rank === null ? "" : `#${row.rank + 1}`;
  parts.fate.textContent = data.fates[row.fate] ?? "";
  if (!parts.cells.group) return;
  parts.cells.group.dot.classList.toggle("on", row.counted);
  parts.cells.group.text.textContent = fill(data.words.group, { g: row.group });
}

function place(bar, scale, value) {
  const { x, width } = span(scale, value ?? 0);
  bar.setAttribute("x", x);
  bar.setAttribute("width", value === null ? 0 : Math.max(width, 0.8));
}

export function setBand(band, group, data, layout, tops) {
  const top = tops[group.members[0]], height = group.members.length * layout.row;
  for (const rect of [band.back, band.shade]) {
    rect.setAttribute("y", top);
    rect.setAttribute("height", height);
  }
  band.node.classList.toggle("kept", group.kept);
  band.name.setAttribute("y", top + height / 2 - 8);
  band.score.setAttribute("y", top + height / 2 + 11);
  band.name.textContent = `${fill(data.words.group, { g: group.group })} ${group.kept ? "✓" : "✕"}`;
  band.score.textContent = three(group.score);
}
