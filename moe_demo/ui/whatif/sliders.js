// The sliders of numbers that a visitor moves by hand: the gates of the picked word, the bias of the picked expert.
import { el } from "../kit/dom.js";
import { fixed, signed } from "../kit/numbers.js";
import { fill } from "../kit/text.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.js").Flip} Flip
 */

const PARTS = 100; // hundredths, as in the address
const BIAS = 50; // the most that is added or taken away

/**
 * @param {PictureData} data
 * @param {Flip} flip
 */
export function gatePanel({ gates, experts, tokens, picked, words }, flip) {
  if (!gates.length) return null;
  const rows = gates.map(({ title, layer, gates: found }) =>
    el(
      "div",
      { class: "row" },
      el("span", { class: "layer" }, title),
      el(
        "div",
        { class: "sliders" },
        ...found.map(({ expert, gate, moved }) =>
          slider({
            name: experts[expert].label,
            label: fill(words.gate, {
              layer: title,
              expert: experts[expert].label,
              word: tokens[picked].text,
            }),
            stop: `gate-${layer}-${expert}`,
            value: gate,
            low: 0,
            high: Math.max(PARTS, gate),
            isMoved: moved,
            written: (value) => fixed(value / PARTS, 2),
            set: (value) => flip({ gate: value, layer, token: picked, expert }),
          }),
        ),
      ),
    ),
  );
  const head = el("p", { class: "head" }, fill(words.gates, { word: tokens[picked].text }));
  return el("div", { class: "panel" }, head, ...rows);
}

/**
 * @param {PictureData} data
 * @param {Flip} flip
 */
export function biasPanel({ bias, words }, flip) {
  if (!bias) return null;
  const { layer, expert, title, trained, push } = bias;
  return el(
    "div",
    { class: "panel" },
    el("p", { class: "head" }, fill(words.bias_of, { expert: title, trained: signed(trained, 2) })),
    slider({
      name: title,
      label: fill(words.bias_slider, { expert: title }),
      stop: `bias-${layer}-${expert}`,
      value: push,
      low: -BIAS,
      high: BIAS,
      isMoved: push !== 0,
      written: (value) => signed(value / PARTS, 2),
      set: (value) => flip({ push: value, layer, expert }),
    }),
  );
}

/**
 * A native slider with its value written beside it, which is sent once it is let go of.
 * @param {{ name: string, label: string, stop: string, value: number, low: number, high: number, isMoved: boolean,
 *   written: (value: number) => string, set: (value: number) => void }} options
 */
function slider({ name, label, stop, value, low, high, isMoved, written, set }) {
  const shown = el("output", {}, written(value));
  const input = el("input", {
    type: "range",
    min: low,
    max: high,
    step: 1,
    value,
    "aria-label": label,
    "aria-valuetext": written(value),
    "data-stop": stop,
    oninput: () => {
      shown.textContent = written(Number(input.value));
      input.setAttribute("aria-valuetext", written(Number(input.value)));
    },
    onchange: () => set(Number(input.value)),
  });
  return el("label", { class: isMoved ? "slider moved-by-hand" : "slider" }, el("b", {}, name), input, shown);
}
