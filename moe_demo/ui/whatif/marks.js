// Experts as small marks in a line: their texture and their name.
import { el } from "../kit/dom.js";

/**
 * @param {readonly number[]} chosen
 * @param {readonly { label: string }[]} experts
 * @param {string} patterns before an expert's number: the name of its pattern
 * @param {(expert: number) => string} kindOf its class
 * @param {(expert: number) => string | null} [titleOf]
 * @returns {HTMLElement[]}
 */
export function expertMarks(chosen, experts, patterns, kindOf, titleOf = () => null) {
  return chosen.map((e) =>
    el(
      "span",
      { class: kindOf(e), title: titleOf(e) },
      el(
        "svg",
        { "aria-hidden": "true" },
        el("rect", { width: "100%", height: "100%", fill: `url(#${patterns}${e})` }),
      ),
      experts[e].label,
    ),
  );
}
