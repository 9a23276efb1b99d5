// What painting needs to know, gathered once a picture: the shapes that all parts of the training picture share.

/**
 * @typedef {import("../kit/looks.types.js").ExpertLook} ExpertLook
 * @typedef {import("./picture.types.js").PictureData} TrainingData
 * @typedef {import("./picture.types.js").WatchedRun} WatchedRun
 * @typedef {import("./axis.js").StepAxis} StepAxis
 * @typedef {import("./canvas.js").Ink} Ink
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./record.js").LiveRecord} LiveRecord
 * @typedef {import("./record.js").Column} Column
 * @typedef {"load" | "max_vio" | "bias"} Mode what the band of the experts shows
 *
 * @typedef {object} Scene
 * @property {Ink} ink
 * @property {StepAxis} axis
 * @property {Layout} layout
 * @property {LiveRecord[]} records one a run
 * @property {TrainingData} data
 * @property {Record<string, string>} words
 * @property {number} layer
 * @property {Mode} mode
 * @property {number} biasLimit largest bias of the layer, whatever its sign
 * @property {(index: number) => ExpertLook} expert
 * @property {(index: number) => CanvasPattern} texture of an expert, for the lower canvas
 * @property {CanvasPattern} hatch over what is dead or missing, in the ink of the page
 * @property {CanvasPattern} hatchDark the same, on the colours of the heatmap
 */

export const RUN_LETTERS = ["A", "B"];

/**
 * Load or bias of every expert of the layer in view.
 * @param {Pick<Scene, "records" | "layer" | "mode">} scene
 * @param {number} run
 * @returns {Column[]}
 */
export function expertRows({ records, layer, mode }, run) {
  return (mode === "bias" ? records[run].bias : records[run].load)[layer] ?? [];
}
