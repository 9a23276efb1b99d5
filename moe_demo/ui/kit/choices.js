// Rows of buttons of which one is pressed, as layer and view are chosen above a picture; styled by choices.css.
import { el } from "./dom.js";

/**
 * @typedef {{ stop: string, text: string, pressed: boolean, click: Record<string, unknown> }} Choice `stop` names the
 *   button, so that the keyboard stays on it when the row is drawn anew; `click` is what a click sends
 */

/**
 * @param {Choice[]} options
 * @param {(click: Record<string, unknown>) => void} go
 */
export function choices(options, go) {
  const button = (/** @type {Choice} */ { stop, text, pressed, click }) =>
    el(
      "button",
      { type: "button", "data-stop": stop, "aria-pressed": pressed, onclick: () => go(click) },
      text,
    );
  return el("span", { class: "choices" }, ...options.map(button));
}

/**
 * The layers of a model.
 * @param {string[]} layers
 * @param {number} chosen
 * @param {(click: Record<string, unknown>) => void} go
 */
export function layerChoices(layers, chosen, go) {
  const options = layers.map((text, layer) => {
    return { stop: `layer${layer}`, text, pressed: layer === chosen, click: { layer } };
  });
  return choices(options, go);
}
