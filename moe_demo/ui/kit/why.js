// A number that can be asked where it comes from: the mark on it, and what a click or key on it tells Python.
//
// One rule for all pictures: a number with a dotted underline opens its sum by a click or a tap, also where what it
// stands on does something else; and "=" opens the sum of whatever has the focus. So a picture keeps its one stop of
// the Tab key, and a mark that is nothing but a number (a cell of a map) keeps its click.
import { el } from "./dom.js";
import { actOn } from "./keys.js";

/**
 * @typedef {import("./stage.js").Send} Send
 * @typedef {{ token?: number, layer?: number, expert?: number | null }} Places that the selection takes with the number
 */

/**
 * Attributes of an element that shows a number: `why` is its key in an address (insight.lineage.NumberKey). A button
 * is reached by Tab; anything else by whatever key goes through the picture.
 * @param {string | null | undefined} why nothing is marked where there is none
 * @param {Places} [places]
 * @returns {Record<string, string | undefined>}
 */
export function whyMark(why, places = {}) {
  if (!why) return {};
  return { "data-why": why, "data-places": JSON.stringify(places) };
}

/**
 * The same of a mark whose click does something else: only "=" asks for it.
 * @param {string | null | undefined} why
 * @param {Places} [places]
 * @returns {Record<string, string | undefined>}
 */
export function sumMark(why, places = {}) {
  if (!why) return {};
  return { "data-sum": why, "data-places": JSON.stringify(places) };
}

/**
 * Mark a node that is drawn already, or take its mark from it.
 * @param {Element} node
 * @param {ReturnType<typeof whyMark>} mark of `whyMark` or `sumMark`
 */
export function setMark(node, mark) {
  for (const name of ["data-why", "data-sum", "data-places"]) {
    const value = mark[name];
    if (value === undefined) node.removeAttribute(name);
    else node.setAttribute(name, value);
  }
}

/**
 * Such a number as a button of its own.
 * @param {string} text
 * @param {string} why
 * @param {Places} [places]
 */
export function whyButton(text, why, places) {
  return el("button", { type: "button", class: "why", ...whyMark(why, places) }, text);
}

/**
 * A cell of a table that is such a number; a table of many has no stop of the Tab key in each.
 * @param {string | number} text
 * @param {string | null | undefined} why
 * @param {Places} [places]
 * @returns {HTMLTableCellElement}
 */
export function whyCell(text, why, places) {
  return el("td", {}, why ? el("span", { class: "why", ...whyMark(why, places) }, text) : text);
}

/**
 * What a mark asks for.
 * @param {Element} mark
 * @returns {Record<string, unknown>}
 */
export function askedBy(mark) {
  return {
    ...JSON.parse(mark.getAttribute("data-places") ?? "{}"),
    why: mark.getAttribute("data-why") ?? mark.getAttribute("data-sum"),
  };
}

/**
 * The number that "=" asks for where this has the focus: its own, or the last one that is drawn in it.
 * @param {Element} node
 * @returns {Element | null | undefined}
 */
export function numberOf(node) {
  if (node.matches("[data-why], [data-sum]")) return node;
  return [...node.querySelectorAll("[data-why], [data-sum]")].at(-1);
}

/**
 * Tell of every click on a marked number, of Enter and the space bar on it, and of "=", before the picture takes them.
 * They end with the root.
 * @param {HTMLElement} root
 * @param {Send} send
 */
export function listenForWhy(root, send) {
  const ask = (/** @type {Event} */ event) => {
    const mark = event.target instanceof Element ? event.target.closest("[data-why]") : null;
    if (!mark) return;
    event.stopPropagation();
    event.preventDefault();
    send("why", askedBy(mark));
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!(event.target instanceof Element) || event.target.matches("input")) return;
    if (event.target.hasAttribute("data-why"))
      actOn(event, { Enter: () => ask(event), " ": () => ask(event) });
    const mark = event.key === "=" && numberOf(event.target);
    if (mark) actOn(event, { "=": () => send("why", askedBy(mark)) });
  };
  root.addEventListener("click", ask, { capture: true });
  root.addEventListener("keydown", press, { capture: true });
}
