// Written by `make types` from moe_demo/ui/frame/data_lesson.py: what frame/lesson_bar.js is given.

/**
 * One step of a lesson.
 * @typedef {object} PictureData
 * @property {string} title
 * @property {string} place Which step of how many, and what is done in it.
 * @property {number} number
 * @property {number} count
 * @property {string} do
 * @property {string} notice
 * @property {boolean} known Whether what is to be noticed may be shown; its room is kept before.
 * @property {LessonQuestion|null} question
 * @property {boolean} away Whether the page is not, or no longer, as the step opens it.
 * @property {boolean|null} whole Whether the whole page stands below; None where the step leaves nothing out.
 * @property {string} depth In words.
 * @property {boolean} present Whether a class looks on: then the keys of a clicker hold on the whole page.
 * @property {boolean} is_class Whether this page leads or follows a class already.
 * @property {string} teacher For the teacher's own window, as what is coming; empty where no class looks on.
 * @property {string} coming
 * @property {Record<string, string>} keys
 * @property {Record<string, string>} words
 * @property {string} lang
 */

/**
 * The question on show, with the reader's answer and, once it is known, the right one.
 * @typedef {object} LessonQuestion
 * @property {string} ask
 * @property {Array<string>} answers
 * @property {number|null} picked
 * @property {number|null} right None as long as it is not to be shown.
 * @property {boolean} open Whether an answer may still be given.
 * @property {string} outcome What has become of the reader's answer, in words.
 * @property {string} why Empty where it is not asked here.
 * @property {string} because
 */

export {};
