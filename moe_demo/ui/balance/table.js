// The comparison as a table: the same numbers for who does not read pictures.
import { fixed, percent } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { whyCell } from "../kit/why.js";

/**
 * @param {import("./picture.types.js").PictureData} data
 * @returns {HTMLTableElement}
 */
export function comparisonTable({ runs, words, label, revealed }) {
  const shown = revealed ? [words.method, "MaxVio", words.floor] : [];
  return dataTable({
    caption: label,
    heads: [words.run, words.step, words.loss, words.accuracy, ...shown],
    rows: runs.flatMap((run, place) =>
      run.steps.map((step, at) => [
        run.letter,
        step,
        fixed(run.loss[at], 4),
        whyCell(percent(run.accuracy[at], 2), `eval_accuracy-${place}-${step}`),
        ...(revealed
          ? [
              run.name,
              whyCell(fixed(run.worst_vio?.[at]), `eval_worst_vio-${place}-${step}`),
              whyCell(fixed(run.floor), `eval_floor-${place}-${run.steps.at(-1)}`),
            ]
          : []),
      ]),
    ),
  });
}
