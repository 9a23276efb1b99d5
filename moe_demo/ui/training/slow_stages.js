// Slow motion: what each of the six stages draws. A stage gets the context c = {data, geo, words, ramp, headline, pick}
// and gives {marks, table}: SVG nodes, and the same numbers as rows of text.

import { el, fill } from "../kit/dom.js";
import { SLOW, exactly, rampColour, roundEnd, say, told } from "./slow_geometry.js";

export const STAGE = { batch, scores, dispatch, loss, gradient, bias };

/** How training saw a word: whole, its own row hidden, or silenced altogether. */
export function wordKind(one, i) {
  return "whole hidden silenced".split(" ")[one.silenced[i] ? 2 : one.hidden[i] ? 1 : 0];
}

function wordSquare(x, y, size, kind) {
  const g = el("g", { class: `square ${kind}`, transform: `translate(${x}, ${y})` }, el("rect", { width: size, height: size, rx: 1.5 }));
  if (kind === "hidden") g.append(el("path", { d: `M0,${size} L${size},0 L${size},${size} Z` }));
  return g;
}

// -- 1 the batch: one line a headline, one square a word ---------------------------------------------------------

function batch(c) {
  const { data, geo } = c, shown = data.batch.slice(0, data.most_headlines);
  const rows = Math.ceil(shown.length / 4), height = Math.min(24, (SLOW.height - 34) / Math.max(rows, 8));
  const wide = geo.width / 4, most = Math.max(...shown.map((one) => one.words.length));
  const size = Math.min(11, height - 5, (wide - 40) / most - 2);
  const marks = shown.map((one, b) => {
    const style = data.classes[one.label], on = b === c.headline;
    const g = el("g", {
      class: `line${on ? " on" : ""}`, role: "option", "aria-selected": on, "aria-label": headlineSays(c, one),
      transform: `translate(${Math.floor(b / rows) * wide}, ${(b % rows) * height})`, onclick: () => c.pick(b),
    });
    g.append(el("rect", { class: "ground", width: wide - 8, height: height - 2, rx: 4 }));
    g.append(el("text", { x: 12, y: height / 2 + 4, "text-anchor": "middle", class: "glyph", style: `fill:${style.hue}` }, style.glyph));
    one.words.forEach((_, i) => g.append(wordSquare(26 + i * (size + 2), (height - size) / 2 - 1, size, wordKind(one, i))));
    return told(g, headlineSays(c, one));
  });
  return { marks: [el("g", { role: "listbox", "aria-label": c.words.batch_label }, ...marks), ...batchLegend(c)], table: batchTable(c) };
}

function headlineSays(c, one) {
  return `${one.text} · ${c.data.classes[one.label].word}`;
}

function batchLegend(c) {
  let x = 4;
  const y = SLOW.height - 16, marks = [];
  for (const kind of ["whole", "hidden", "silenced"]) {
    marks.push(wordSquare(x, y, 11, kind), say(x + 17, y + 10, c.words[`word_${kind}`], "small muted"));
    x += 34 + textWidth(c.words[`word_${kind}`]);
  }
  const left = c.data.batch.length - c.data.most_headlines;
  if (left > 0) marks.push(say(c.geo.width - 8, y + 10, fill(c.words.more_headlines, { n: left }), "small muted", "end"));
  return marks;
}

/** Width of a line of 12.5 px, near enough: a Chinese character is as wide as two Latin ones. */
function textWidth(words) {
  return [...words].reduce((sum, char) => sum + (char.charCodeAt(0) > 0x2e80 ? 12.5 : 6.6), 0);
}

function batchTable(c) {
  return {
    head: [c.words.headline, c.words.class, c.words.n_words, c.words.n_hidden, c.words.n_silenced],
    rows: c.data.batch.map((one) => [one.text, c.data.classes[one.label].word, one.words.length, one.hidden.filter(Boolean).length, one.silenced.filter(Boolean).length]),
  };
}

// -- 2 scores: the words of one headline against all experts -----------------------------------------------------

function scores(c) {
  const { data, geo } = c, one = data.batch[c.headline], n = Math.min(one.words.length, data.scores.length, SLOW.mostWords);
  const height = Math.min(27, (SLOW.height - 62) / n), marks = [];
  for (let t = 0; t < n; t += 1) {
    const y = 36 + t * height;
    const row = el("g", { class: "row", style: `animation-delay:${t * 55}ms` });
    row.append(wordSquare(4, y + height / 2 - 6, 11, wordKind(one, t)), say(22, y + height / 2 + 4, clipped(one.words[t], SLOW.gutter - 30), "label"));
    data.scores[t].forEach((score, e) => row.append(scoreCell(c, one, t, e, y, height, score)));
    marks.push(row);
  }
  marks.push(...rampLegend(c));
  const left = one.words.length - n;
  if (left > 0) marks.push(say(4, SLOW.height - 4, fill(c.words.more_words, { n: left }), "small muted"));
  return { marks, table: { head: [c.words.word, ...data.experts.map((expert) => expert.label)], rows: data.scores.map((row, t) => [one.words[t], ...row.map((score, e) => `${score.toFixed(3)}${data.chosen[t].includes(e) ? " ✓" : ""}`)]) } };
}

function scoreCell(c, one, t, e, y, height, score) {
  const { data, geo } = c, chosen = data.chosen[t].includes(e), colour = rampColour(c.ramp, score);
  const cell = el("rect", { class: chosen ? "cell chosen" : "cell", x: geo.x(e) - geo.cell / 2 + 2.5, y: y + 2, width: geo.cell - 5, height: height - 4, rx: 3, fill: colour });
  return told(cell, fill(c.words[chosen ? "cell_chosen" : "cell"], { word: one.words[t], expert: data.experts[e].label, score: score.toFixed(3) }));
}

function rampLegend(c) {
  const y = SLOW.height - 14, end = c.geo.right, size = 20;
  const steps = c.ramp.map((colour, i) => el("rect", { class: "cell", x: end - (c.ramp.length - i) * size - 20, y, width: size, height: 11, fill: colour }));
  return [say(end - c.ramp.length * size - 26, y + 10, "0", "small muted", "end"), ...steps, say(end, y + 10, "1", "small muted", "end"),
    el("rect", { class: "cell chosen", x: SLOW.gutter, y, width: 20, height: 11, rx: 3, fill: "none" }), say(SLOW.gutter + 27, y + 10, c.words.ring, "small muted")];
}

function clipped(word, room) {
  let kept = word;
  while (textWidth(kept) > room && kept.length > 1) kept = kept.slice(0, -1);
  return kept === word ? word : `${kept}…`;
}

// -- 3 dispatch: tokens per expert in this batch, against the fair share -------------------------------------------

function dispatch(c) {
  const { data, geo } = c, base = 340, top = 26;
  const end = roundEnd(Math.max(...data.f, 1 + data.floor, 1.2)), y = (f) => base - ((base - top) * f) / end;
  const marks = [rule(c, y(1), c.words.fair, `1 = ${exactly(data.mean)}`, "fair")];
  const floor = y(1 + data.floor), lifted = Math.min(0, y(1) - 15 - floor); // its words stay clear of those of the fair share
  if (floor < y(1) - 3) marks.push(rule(c, floor, c.words.floor, (1 + data.floor).toFixed(2), "floor", lifted));
  data.f.forEach((f, e) => {
    const says = fill(c.words.load_says, { expert: data.experts[e].label, n: data.load[e], f: f.toFixed(2), mine: data.mine[e] });
    const bar = box(c, e, y(f), base, f < 1 ? "below" : "above");
    const mine = data.load[e] ? box(c, e, base - ((base - y(f)) * data.mine[e]) / data.load[e], base, "mine") : null;
    marks.push(told(el("g", {}, bar, mine), says));
    if (!data.load[e]) marks.push(say(geo.x(e), base - 6, c.words.dead, "small dead", "middle"));
    else if (geo.numbers) marks.push(say(geo.x(e), y(f) - 5, f.toFixed(2), "number", "middle"));
  });
  marks.push(...keyOf(c, [["below", c.words.below_fair], ["above", c.words.above_fair], ["mine", c.words.mine]], 12));
  return { marks, table: { head: [c.words.expert, c.words.load, c.words.load_ratio, c.words.mine], rows: data.f.map((f, e) => [data.experts[e].label, data.load[e], f.toFixed(3), data.mine[e]]) } };
}

/** A bar over an expert's seat. */
function box(c, e, top, base, kind) {
  const wide = Math.min(c.geo.cell - 8, 64);
  return el("rect", { class: `bar ${kind} grow`, x: c.geo.x(e) - wide / 2, y: Math.min(top, base), width: Math.max(wide, 2), height: Math.max(Math.abs(base - top), 0.5), fill: c.data.colours[kind] ?? null });
}

/** A line over all columns, named at its left end and numbered at its right. */
function rule(c, y, name, number, kind, lifted = 0) {
  return el("g", { class: `rule ${kind}` }, el("line", { x1: c.geo.left - 4, x2: c.geo.right + 6, y1: y, y2: y }),
    say(c.geo.left - 10, y + 4 + lifted, name, "small muted", "end"), say(c.geo.right + 10, y + 4 + lifted, number, "small muted"));
}

function keyOf(c, pairs, y) {
  let x = c.geo.left;
  return pairs.flatMap(([kind, words]) => {
    const marks = [el("rect", { class: `bar ${kind}`, x, y: y - 9, width: 14, height: 10, fill: c.data.colours[kind] ?? null }), say(x + 20, y, words, "small muted")];
    x += 38 + textWidth(words);
    return marks;
  });
}

// -- 4 loss: cross-entropy of every headline, and what the balance method adds ---------------------------------------

function loss(c) {
  const { data, geo } = c, left = SLOW.gutter, wide = geo.width - left - 76;
  const end = roundEnd(Math.max(...data.batch.map((one) => one.loss), data.ce)), x = (value) => left + (wide * value) / end;
  const marks = [say(left - 10, 44, c.words.each_headline, "small muted", "end")];
  data.batch.forEach((one, b) => {
    const style = data.classes[one.label], on = b === c.headline;
    const dot = el("text", { x: x(one.loss), y: 30 + ((b * 3) % 7) * 5.5, class: `glyph dot${on ? " on" : ""}`, style: `fill:${style.hue}`, "text-anchor": "middle", onclick: () => c.pick(b) }, style.glyph);
    marks.push(told(dot, `${headlineSays(c, one)} · ${one.loss.toFixed(3)}`));
  });
  marks.push(el("line", { class: "axis", x1: left, x2: x(end), y1: 68, y2: 68 }), say(left, 82, "0", "small muted", "middle"), say(x(end), 82, exactly(end), "small muted", "middle"));
  marks.push(...lossBar(c, x), ...factorRows(c));
  return { marks, table: { head: [c.words.expert, "f", "P", "f × P"], rows: data.factors.f.map((f, e) => [data.experts[e].label, f.toFixed(4), data.factors.P[e].toFixed(4), data.factors.product[e].toFixed(4)]) } };
}

function lossBar(c, x) {
  const { data } = c, y = 92, balance = Math.max(x(data.ce + data.balance) - x(data.ce), data.balance > 0 ? 3 : 0);
  return [
    say(SLOW.gutter - 10, y + 16, c.words.mean_loss, "small muted", "end"),
    el("rect", { class: "bar entropy", x: x(0), y, width: x(data.ce) - x(0), height: 22, fill: data.colours.entropy }),
    balance ? el("rect", { class: "bar", x: x(data.ce), y: y - 4, width: balance, height: 30, fill: data.colours.balance }) : null,
    say(x(0), y + 46, fill(c.words.entropy_is, { n: data.ce.toFixed(4) }), "label"),
    data.balance > 0 ? say(x(0) + textWidth(c.words.entropy_is) + 60, y + 46, fill(c.words.balance_is, { n: data.balance.toPrecision(3), share: ((100 * data.balance) / (data.ce + data.balance)).toPrecision(2) }), "label") : null,
  ].filter(Boolean);
}

function factorRows(c) {
  const { data } = c, { f, P, name } = data.factors, marks = [say(4, 172, name, "label")];
  const rows = [["f", f, 1, 248, roundEnd(Math.max(...f, 1.2))], ["P", P, 1 / P.length, 336, roundEnd(Math.max(...P))]];
  for (const [id, values, fair, base, end] of rows) {
    const y = (value) => base - (60 * value) / end;
    marks.push(rule(c, y(fair), c.words[`${id}_name`], exactly(fair), "fair"));
    values.forEach((value, e) => {
      marks.push(told(box(c, e, y(value), base, id === "f" ? (value < 1 ? "below" : "above") : "share"), `${data.experts[e].label} ${id} = ${value.toFixed(4)}`));
      if (c.geo.numbers && value > 0) marks.push(say(c.geo.x(e), y(value) - 3, value.toFixed(id === "f" ? 2 : 3), "tiny", "middle"));
    });
  }
  return marks;
}

// -- 5 gradient: how hard each part is pulled ------------------------------------------------------------------------

function gradient(c) {
  const { data, geo } = c, left = SLOW.gutter, half = Math.max(180, geo.width * 0.5 - left), height = Math.min(21, 196 / data.gradients.length);
  const end = roundEnd(Math.max(...data.gradients.map((part) => part.norm))), marks = [];
  data.gradients.forEach((part, i) => {
    const y = 18 + i * height, wide = (half * part.norm) / end;
    marks.push(say(left - 10, y + height / 2 + 4, part.word, "small", "end"));
    marks.push(told(el("g", {}, el("rect", { class: "bar outline", x: left, y: y + 3, width: Math.max(wide, 1), height: height - 6 }),
      el("rect", { class: "bar share growx", x: left, y: y + 3, width: Math.max(wide * data.clip_scale, 1), height: height - 6, fill: data.colours.share })), `${part.word} ${exactly(part.norm)}`));
    marks.push(say(left + wide + 7, y + height / 2 + 4, exactly(part.norm), "small number"));
  });
  marks.push(...rateCurve(c, left + half + 96), ...expertPull(c));
  return { marks, table: { head: [c.words.part, c.words.norm, c.words.clipped], rows: [...data.gradients.map((part) => [part.word, exactly(part.norm), exactly(part.norm * data.clip_scale)]), ...data.pull.map((norm, e) => [data.experts[e].label, exactly(norm), exactly(norm * data.clip_scale)])] } };
}

/** The learning rate over the whole run, and where this step stands on it. */
function rateCurve(c, left) {
  const { data } = c, wide = Math.max(60, c.geo.width - left - 20), top = 42, base = 190;
  const last = Math.max(data.rates.at(-1)[0], data.step), most = Math.max(...data.rates.map(([, rate]) => rate)) || 1;
  const x = (step) => left + (wide * step) / last, y = (rate) => base - ((base - top) * rate) / most;
  const here = { cx: x(data.step), cy: y(data.lr) };
  return [
    say(left, 24, c.words.rate, "small muted"),
    el("line", { class: "axis", x1: left, x2: left + wide, y1: base, y2: base }),
    el("path", { class: "curve", d: data.rates.map(([step, rate], i) => `${i ? "L" : "M"}${x(step).toFixed(1)},${y(rate).toFixed(1)}`).join("") }),
    el("line", { class: "here", x1: here.cx, x2: here.cx, y1: top - 6, y2: base }), el("circle", { class: "here", ...here, r: 5 }),
    say(Math.min(here.cx + 8, left + wide - 70), Math.max(here.cy - 8, 38), exactly(data.lr), "label"),
    say(left, base + 15, "1", "small muted", "middle"), say(left + wide, base + 15, String(last), "small muted", "end"),
  ];
}

function expertPull(c) {
  const { data } = c, base = 340, end = roundEnd(Math.max(...data.pull)), y = (norm) => base - (86 * norm) / (end || 1);
  return data.pull.flatMap((norm, e) => [
    told(el("g", {}, box(c, e, y(norm), base, "outline"), box(c, e, base - (base - y(norm)) * data.clip_scale, base, "share")), `${data.experts[e].label} ${exactly(norm)}`),
    c.geo.numbers && norm > 0 ? say(c.geo.x(e), y(norm) - 4, norm.toPrecision(2), "tiny", "middle") : null,
  ]).concat(say(4, 246, c.words.pull, "label")).filter(Boolean);
}

// -- 6 bias: busy experts sink, idle ones rise ------------------------------------------------------------------------

function bias(c) {
  const { data, geo } = c, base = 132, top = 24;
  const end = roundEnd(Math.max(...data.load, data.mean)), y = (n) => base - ((base - top) * n) / end;
  const marks = [rule(c, y(data.mean), c.words.mean, exactly(data.mean), "fair")];
  data.load.forEach((n, e) => {
    const kind = n < data.mean ? "below" : "above";
    marks.push(told(box(c, e, y(n), base, n === data.mean ? "share" : kind), `${data.experts[e].label} c = ${n}`));
    if (geo.numbers) marks.push(say(geo.x(e), y(n) - 4, n, "tiny", "middle"));
  });
  marks.push(say(4, 16, c.words.counts, "label"), ...(data.rate > 0 ? biasMoves(c) : [say(geo.left, 230, c.words.no_bias, "label")]));
  return { marks, table: { head: [c.words.expert, "c", c.words.sign, c.words.old_bias, c.words.new_bias], rows: data.load.map((n, e) => [data.experts[e].label, n, signOf(data, e), signed(data.before[e], 4), signed(data.after[e], 4)]) } };
}

function signOf(data, e) {
  return data.load[e] === data.mean ? "0" : data.load[e] < data.mean ? "+1" : "−1";
}

function signed(value, digits) {
  return value.toFixed(digits).replace("-", "−");
}

/** An arrow the way each bias went, and the bias on its scale: hollow before, filled after. */
function biasMoves(c) {
  const { data, geo } = c, top = 202, base = 322;
  const limit = roundEnd(Math.max(...data.before.map(Math.abs), ...data.after.map(Math.abs))), y = (b) => (top + base) / 2 - ((base - top) / 2) * (b / limit);
  const marks = [rule(c, y(0), c.words.bias, "0", "zero"), say(geo.right + 10, top + 4, `+${exactly(limit)}`, "small muted"), say(geo.right + 10, base + 4, `−${exactly(limit)}`, "small muted")];
  data.after.forEach((after, e) => {
    const sign = signOf(data, e), way = sign === "+1" ? "up" : sign === "0" ? "rest" : "down", x = geo.x(e);
    const says = `${data.experts[e].label} ${signed(data.before[e], 4)} → ${signed(after, 4)}`;
    const arrow = { up: `M${x},148 l8,14 h-16 Z`, down: `M${x},162 l8,-14 h-16 Z`, rest: `M${x - 7},154 h14 v3 h-14 Z` }[way];
    marks.push(told(el("path", { class: `arrow ${way}`, d: arrow, fill: data.colours[way === "up" ? "below" : way === "down" ? "above" : "share"] }), says));
    marks.push(told(el("g", {}, el("line", { class: "stem", x1: x, x2: x, y1: y(0), y2: y(after) }), el("circle", { class: "old", cx: x, cy: y(data.before[e]), r: 6 }), el("circle", { class: "new", cx: x, cy: y(after), r: 4 })), says));
    if (geo.numbers) marks.push(say(x, 180, signed(after, 3), "tiny", "middle"));
  });
  return marks.concat(say(geo.left - 10, 160, fill("± u = {u}", { u: data.rate }), "small muted", "end"), say(geo.left - 10, 180, c.words.new_bias, "small muted", "end"));
}
