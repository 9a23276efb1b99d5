// The picture itself: tokens, ribbons, seats, the shared band and the class probabilities, as SVG.

import { el, fill, shown } from "../kit/dom.js";
import { texturePatterns } from "../kit/textures.js";
import { ROW, ribbonPlaces, shortened } from "./geometry.js";

/** Build the whole scene of one layer into `svg`; returns the marks that change later. */
export function drawFlow(svg, data, layer, layout) {
  svg.replaceChildren(el("defs", {}, ...texturePatterns(data.experts, "tx")));
  svg.setAttribute("viewBox", `0 0 ${layout.width} ${layout.total}`);
  svg.setAttribute("width", layout.width);
  svg.setAttribute("height", layout.total);
  const marks = { ribbons: [], tokens: [], seats: [] };
  svg.append(drawShared(data, layout));
  const ribbons = el("g", { class: data.tokens.length > 20 ? "ribbons many" : "ribbons", "aria-hidden": "true" });
  for (const ribbon of ribbonPlaces(layer, layout)) {
    const node = drawRibbon(ribbon, data.experts[ribbon.e]);
    marks.ribbons.push({ ...ribbon, node });
    ribbons.append(node);
  }
  svg.append(ribbons);
  const tokens = el("g", { role: "listbox", "aria-label": data.words.tokens });
  data.tokens.forEach((token, t) => {
    marks.tokens.push(drawToken(token, t, data, layer, layout));
    tokens.append(marks.tokens[t]);
  });
  const seats = el("g", { role: "listbox", "aria-label": data.words.experts });
  data.experts.forEach((expert, e) => {
    const seat = drawSeat(expert, e, data, layer, layout);
    marks.seats.push(seat);
    seats.append(seat.node);
  });
  svg.append(tokens, ...drawGroups(data, layout), seats, drawResult(data, layout));
  return marks;
}

function drawRibbon(ribbon, expert) {
  const line = (kind, stroke, width) =>
    el("path", { class: kind, d: ribbon.path, stroke, "stroke-width": width, pathLength: 1, fill: "none" });
  const node = el("g", { class: "ribbon", "data-t": ribbon.t, "data-e": ribbon.e });
  node.append(line("casing", "var(--st-text-color)", ribbon.width + 1.2), line("body", expert.hue, ribbon.width));
  if (!expert.filled && ribbon.width > 3.5) {
    node.append(line("core", `color-mix(in srgb, ${expert.hue} 30%, var(--st-background-color))`, ribbon.width - 2.6));
  }
  return node;
}

function drawToken(token, t, data, layer, layout) {
  const place = layout.tokens[t];
  const names = layer.experts[t].map((e) => data.experts[e].label).join(", ");
  const label = fill(data.words.token_label, { n: t + 1, word: token.text, experts: names });
  const node = el("g", {
    class: token.known ? "token" : "token unknown", role: "option", tabindex: -1, "aria-label": label, "data-t": t,
  });
  node.append(
    el("rect", { x: layout.tokenX, y: place.top, width: layout.tokenWidth, height: place.height, rx: 7 }),
    el("text", {
      x: layout.tokenX + layout.tokenWidth / 2, y: place.y, "font-size": layout.tokenFont, "text-anchor": "middle",
      "dominant-baseline": "central", lang: "zh",
    }, place.text),
  );
  return node;
}

function drawSeat(expert, e, data, layer, layout) {
  const place = layout.seats[e], x = layout.seatX;
  const received = layer.experts.flatMap((experts, t) => (experts.includes(e) ? [t] : []));
  const said = received.length
    ? fill(data.words.seat_label, { expert: expert.label, n: received.length, words: received.map((t) => data.tokens[t].text).join(", ") })
    : fill(data.words.seat_silent, { expert: expert.label });
  const node = el("g", {
    class: received.length ? "seat" : "seat silent", role: "option", tabindex: -1, "aria-label": said, "data-e": e,
  });
  const words = el("text", { class: "words", x: layout.wordsX, y: place.y, "dominant-baseline": "central", lang: "zh" });
  const bar = el("rect", { class: "bar", x: layout.wordsX, y: place.y - 5, width: 0, height: 10, rx: 2, fill: `url(#tx${e})`, stroke: expert.hue });
  node.append(
    el("rect", { class: "ground", x, y: place.top, width: layout.seatsEnd - x, height: place.height, rx: 5 }),
    el("rect", { class: expert.filled ? "swatch filled" : "swatch", x, y: place.top, width: 28, height: place.height, rx: 5, fill: `url(#tx${e})`, stroke: expert.hue }),
    el("text", { class: "name", x: x + 35, y: place.y, "dominant-baseline": "central" }, expert.label),
    bar, words,
  );
  return { node, words, bar, received };
}

function drawGroups(data, layout) {
  if (data.groups < 2) return [];
  const size = data.experts.length / data.groups;
  return Array.from({ length: data.groups }, (_, g) => {
    const first = layout.seats[g * size], last = layout.seats[(g + 1) * size - 1];
    const x = layout.seatsEnd + 8, y = (first.top + last.top + last.height) / 2;
    return el("g", { class: "group", "aria-hidden": "true" },
      el("path", { d: `M${x - 4},${first.top} h5 V${last.top + last.height} h-5`, fill: "none" }),
      el("text", { x: x + 13, y, transform: `rotate(90 ${x + 13} ${y})`, "text-anchor": "middle", "dominant-baseline": "central" },
        fill(data.words.group, { g })));
  });
}

function drawShared(data, layout) {
  const node = el("g", { class: "shared" });
  if (!data.shared.length) return node;
  const y = layout.bandY, middle = y + ROW.band / 2, width = layout.seatsEnd - 1;
  const feeds = layout.tokens.map((place) => `M${layout.tokenX},${place.y} H2`).join(" ");
  node.append(
    el("path", { class: "feed", d: `${feeds} M2,${layout.tokens[0].y} V${y + 8}`, fill: "none" }),
    el("rect", { x: 1, y: y + 1, width, height: ROW.band - 2, rx: 7 }),
    el("rect", { class: "inner", x: 4, y: y + 4, width: width - 6, height: ROW.band - 8, rx: 5 }),
    el("text", { class: "name", x: layout.tokenX + 12, y: middle, "dominant-baseline": "central" }, data.shared.join(" ")),
    el("text", { x: layout.tokenX + layout.tokenWidth + 16, y: middle, "dominant-baseline": "central" }, data.words.shared),
  );
  return node;
}

function drawResult(data, layout) {
  const x = layout.resultX, width = layout.resultWidth, node = el("g", { class: "result" });
  const row = 66, middle = layout.seatsHeight / 2, top = Math.max(middle - (row * data.classes.length) / 2, 34);
  node.append(
    el("path", { class: "arrow", d: `M${x - 40},${middle} h22 m-8,-7 l8,7 l-8,7`, fill: "none" }),
    el("text", { class: "head", x, y: top - 14 }, data.words.result),
  );
  data.classes.forEach((item, c) => {
    const y = top + c * row;
    node.append(
      el("text", { class: c === data.best ? "class best" : "class", x, y: y + 20 },
        el("tspan", { class: "glyph", fill: item.hue }, item.glyph), ` ${item.word}`),
      el("text", { class: c === data.best ? "value best" : "value", x: x + width, y: y + 20, "text-anchor": "end" }, item.shown),
      el("rect", { class: "track", x, y: y + 31, width, height: 14, rx: 3 }),
      el("rect", { class: "fill", x, y: y + 31, width: Math.max(item.p * width, 2), height: 14, rx: 3, fill: item.hue }),
    );
  });
  node.append(el("text", { class: "foot", x, y: top + data.classes.length * row + 8 }, data.words.result_path));
  return node;
}

/** What stands beside each seat: the words it received, or the gates of the one word that is looked at. */
export function writeSeats(marks, data, layer, layout, token) {
  marks.seats.forEach((seat, e) => {
    const k = token === null ? -1 : layer.experts[token].indexOf(e);
    const gate = k < 0 ? 0 : layer.gates[token][k];
    const room = layout.wordsWidth;
    seat.bar.setAttribute("width", gate * room * 0.8);
    seat.words.setAttribute("x", layout.wordsX + (k < 0 ? 0 : gate * room * 0.8 + 8));
    seat.words.textContent = k >= 0 ? shown(gate)
      : token === null ? shortened(counted(seat.received.map((t) => data.tokens[t].text)), room, layout.font.replace(/\d+px/, "14px")) : "";
  });
}

/** Words side by side, each once: "苹果 · 的 ×3". */
function counted(words) {
  const times = new Map();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].map(([word, n]) => (n > 1 ? `${word} ×${n}` : word)).join(" · ");
}
