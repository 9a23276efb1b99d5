// What the comparison says of the place that the reader points at. No DOM.
import { fixed, percent } from "../kit/numbers.js";
import { fill } from "../kit/text.js";

/**
 * @typedef {import("./picture.types.js").PictureData} Comparison
 * @typedef {import("./layout.js").Looked} Looked
 */

/**
 * The numbers at a step, of one run or of all.
 * @param {Comparison} data
 * @param {number[]} steps of the picture
 * @param {Looked} looked
 * @returns {string}
 */
export function lookedWords(data, steps, { run, at, layer, expert }) {
  const { words, revealed, runs } = data;
  if (at === null) return revealed ? words.hint_revealed : words.hint;
  const step = steps[at];
  const template = run === null ? words.value_short : revealed ? words.value_vio : words.value;
  const parts = (run === null ? runs : [runs[run]]).flatMap((one) => {
    const index = one.steps.indexOf(step);
    if (index < 0) return [];
    const values = {
      run: one.letter,
      loss: fixed(one.loss[index]),
      accuracy: percent(one.accuracy[index], 1),
      vio: revealed ? fixed(one.worst_vio?.[index], 2) : "",
    };
    const text = fill(template, values);
    if (expert === null || layer === null || !one.load) return [text];
    const load = fixed(one.load[layer][index][expert], 2);
    return [text + fill(words.cell, { expert: `E${expert}`, layer: `L${layer}`, load })];
  });
  return `${fill(words.at, { step })}${parts.join(words.between)}`;
}
