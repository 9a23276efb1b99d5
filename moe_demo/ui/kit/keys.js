// Keys: one way to act on them, one list that tells of them.
import { el } from "./dom.js";

/**
 * Do what a key asks for, and keep the browser and the page from doing anything else; false where it asks nothing.
 * Keys held with Ctrl, Alt or Meta are the browser's.
 * @param {KeyboardEvent} event
 * @param {Record<string, () => void>} acts from event.key to what it does
 * @returns {boolean}
 */
export function actOn(event, acts) {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(acts, event.key)) return false;
  event.preventDefault();
  event.stopPropagation();
  acts[event.key]();
  return true;
}

/**
 * The keys and what they do, as a list of term and meaning.
 * @param {Iterable<readonly [string, string]>} pairs
 * @returns {HTMLDListElement}
 */
export function keyList(pairs) {
  return el(
    "dl",
    { class: "keys" },
    ...[...pairs].flatMap(([key, says]) => [el("dt", {}, key), el("dd", {}, says)]),
  );
}
