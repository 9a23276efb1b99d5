// A dot product taken apart: x, w and x·w as rows of signed bars, the largest terms first, all others as one sum.

import { el } from "../kit/dom.js";

const BAR = 70;

function bar(value, limit) {
  const width = (Math.abs(value) / limit) * (BAR / 2);
  const style = `left:${value < 0 ? BAR / 2 - width : BAR / 2}px; width:${Math.max(width, 1)}px`;
  return el("span", { class: "axis" }, el("i", { class: value < 0 ? "minus" : "plus", style }));
}

function number(value) {
  return value.toFixed(3).replace("-", "−");
}

function cell(value, limit) {
  if (value === undefined) return el("td", {}, "");
  return el("td", {}, bar(value, limit), el("span", { class: "n" }, number(value)));
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root"), { terms, rest, total, words } = data;
  root.lang = data.lang;
  const limit = (name) => Math.max(...terms.map((term) => Math.abs(term[name])), 1e-9);
  const sums = Math.max(limit("product"), Math.abs(rest.product), Math.abs(total.product));
  const line = (term, kind) => el("tr", { class: kind }, el("th", { scope: "row" }, term.name),
    cell(term.x, limit("x")), cell(term.w, limit("w")), cell(term.product, sums));
  const head = el("tr", {}, ...[words.feature, words.x, words.w, words.product].map((text) => el("th", { scope: "col" }, text)));
  root.replaceChildren(el("table", {}, el("caption", { class: "unseen" }, words.label), el("thead", {}, head),
    el("tbody", {}, ...terms.map((term) => line(term)), line(rest, "rest"), line(total, "total"))));
}
