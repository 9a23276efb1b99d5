// Every evaluation of every run as real tables: what the training picture shows, for those who read.
import { brief, fixed, percent } from "../kit/numbers.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { whyCell } from "../kit/why.js";
import { epochOf, runName } from "./words.js";

/**
 * One table a run.
 * @param {import("./scene.js").Scene} scene
 * @returns {HTMLTableElement[]}
 */
export function evaluationTables({ words, records, data }) {
  return records.map((record, run) => {
    const layers = [...Array(record.nLayers).keys()];
    const name = (/** @type {number} */ layer) => ({ layer: fill(words.layer, { index: layer }) });
    return dataTable({
      caption: fill(words.table_caption, { name: runName(data.runs, run, words) || data.runs[run].name }),
      heads: [
        words.col_step,
        words.col_epoch,
        words.col_loss,
        words.col_accuracy,
        ...layers.map((layer) => fill(words.col_max_vio, name(layer))),
        words.col_floor,
        ...layers.flatMap((layer) => [fill(words.col_least, name(layer)), fill(words.col_most, name(layer))]),
      ],
      rows: record.evals.map((evaluation) => [
        evaluation.step,
        epochOf(record, evaluation.step),
        brief(evaluation.loss),
        whyCell(percent(evaluation.accuracy, 1), `eval_accuracy-${run}-${evaluation.step}`),
        ...layers.map((layer) =>
          whyCell(brief(evaluation.max_vio[layer]), `eval_max_vio-${run}-${evaluation.step}`, { layer }),
        ),
        whyCell(brief(evaluation.floor), `eval_floor-${run}-${evaluation.step}`),
        ...layers.flatMap((layer) => [
          fixed(Math.min(...evaluation.load[layer]), 2),
          fixed(Math.max(...evaluation.load[layer]), 2),
        ]),
      ]),
    });
  });
}
