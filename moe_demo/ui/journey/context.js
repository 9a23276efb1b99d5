// What every drawing function of the journey is given: the data, the stage on show, and the measures of the canvas.

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.types.js").HeldOutLoad} HeldOutLoad
 * @typedef {import("./geometry.js").Columns} Columns
 *
 * @typedef {PictureData["stages"][number]} AnyStage
 * @typedef {AnyStage["id"]} StageId
 */

/**
 * The record of one stage, see moe_demo.insight.journey.
 * @template {StageId} Id
 * @typedef {Extract<AnyStage, { id: Id }>} StageNamed
 */

/**
 * The stage on show: what is drawn for a stage reads what its record has.
 * @typedef {{ id: StageId } & Omit<StageNamed<"tokens">, "id"> & Omit<StageNamed<"vectors">, "id">
 *   & Omit<StageNamed<"router">, "id" | "logits"> & Omit<StageNamed<"choice">, "id">
 *   & Omit<StageNamed<"experts">, "id"> & Omit<StageNamed<"gates">, "id"> & Omit<StageNamed<"transformer">, "id">
 *   & Omit<StageNamed<"pooling">, "id"> & Omit<StageNamed<"classes">, "id" | "logits">} Stage
 */

/**
 * @typedef {object} Context
 * @property {PictureData} data
 * @property {Record<string, string>} words of the locale
 * @property {Stage} stage
 * @property {number} index
 * @property {number} token the picked word, the first where none is
 * @property {string[]} ramp of signed values, for the ground of now
 * @property {number} scrolled
 * @property {Columns} geo
 * @property {(size: number) => (text: string) => number} measure widths in the type of the canvas
 * @property {<Id extends StageId>(id: Id) => StageNamed<Id>} of the record of any stage
 */

/**
 * @template {StageId} Id
 * @param {PictureData} data
 * @param {Id} id
 * @returns {StageNamed<Id>}
 */
export function stageOf(data, id) {
  return /** @type {StageNamed<Id>} */ (data.stages.find((stage) => stage.id === id));
}

/**
 * The class in the reader's language.
 * @param {Context} c
 * @param {string} label
 * @returns {string}
 */
export function className(c, label) {
  return c.words[`class.${label}`] ?? label;
}
