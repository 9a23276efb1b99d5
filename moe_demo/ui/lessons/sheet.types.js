// Written by `make types` from moe_demo/ui/lessons/data.py: what lessons/sheet.js is given.

/**
 * A lesson on paper.
 * @typedef {object} PictureData
 * @property {string} name
 * @property {string} title
 * @property {string} about
 * @property {Array<SheetLine>} facts
 * @property {Array<SheetLine>} goals
 * @property {Array<SheetStep>} steps
 * @property {boolean} is_teachers
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * A heading of the plan and what stands under it.
 * @typedef {object} SheetLine
 * @property {string} head
 * @property {string} text
 */

/**
 * One step of the lesson.
 * @typedef {object} SheetStep
 * @property {string} head Its number, what is done in it, on which page.
 * @property {string} do
 * @property {string} notice Empty on a learner's sheet, as is the note.
 * @property {string} teacher
 * @property {SheetQuestion|null} question
 */

/**
 * A question with its answers, and the right one where the sheet is a teacher's.
 * @typedef {object} SheetQuestion
 * @property {string} ask
 * @property {Array<string>} answers
 * @property {string} right Its letter; empty on a learner's sheet.
 * @property {string} why
 * @property {string} because Empty on a learner's sheet.
 */

export {};
