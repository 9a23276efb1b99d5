// A number that can be asked where it comes from: the mark on it, and what a click or key on it tells Python.
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
 * What a mark asks for.
 * @param {Element} mark
 * @returns {Record<string, unknown>}
 */
export function askedBy(mark) {
  return {
    ...JSON.parse(mark.getAttribute("data-places") ?? "{}"),
    why: mark.getAttribute("data-why"),
  };
}

/**
 * Tell of every click on a marked number, and of Enter and the space bar on it, before the picture takes them. They
 * end with the root.
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
    const isMark = event.target instanceof Element && event.target.hasAttribute("data-why");
    if (isMark) actOn(event, { Enter: () => ask(event), " ": () => ask(event) });
  };
  root.addEventListener("click", ask, { capture: true });
  root.addEventListener("keydown", press, { capture: true });
}
