// A lesson on paper: the plan with every answer for a teacher, or the questions with room to write for learners.
import { BASE } from "../kit/base_path.js";
import { el } from "../kit/dom.js";
import { drawn } from "../kit/stage.js";

const LETTERS = "ABCD";

/**
 * @typedef {import("./sheet.types.js").PictureData} PictureData
 * @typedef {import("./sheet.types.js").SheetLine} SheetLine
 * @typedef {import("./sheet.types.js").SheetStep} SheetStep
 * @typedef {import("./sheet.types.js").SheetQuestion} SheetQuestion
 */

/** @param {SheetLine[]} lines */
function lineList(lines) {
  return el("dl", {}, ...lines.flatMap(({ head, text }) => [el("dt", {}, head), el("dd", {}, text)]));
}

/**
 * @param {string} head
 * @param {string} text nothing is drawn where there is none
 */
function said(head, text) {
  return text ? el("p", {}, el("b", {}, `${head} `), text) : null;
}

/** @param {SheetQuestion} question @param {Record<string, string>} words */
function asked(question, words) {
  const answers = question.answers.map((text, place) => {
    const isRight = LETTERS[place] === question.right;
    return el("li", { class: isRight ? "right" : null }, `${isRight ? "✓" : "☐"} ${LETTERS[place]} ${text}`);
  });
  const lines = question.because
    ? said(words.because, question.because)
    : el("div", { class: "lines" }, el("hr"), el("hr"));
  return el(
    "div",
    { class: "question" },
    el("p", { class: "ask" }, question.ask),
    el("ul", {}, ...answers),
    said(words.why, question.why),
    lines,
  );
}

/** @param {SheetStep} step @param {Record<string, string>} words */
function drawnStep(step, words) {
  return el(
    "li",
    { class: "step" },
    el("h3", {}, step.head),
    el("p", {}, step.do),
    step.question && asked(step.question, words),
    said(words.notice, step.notice),
    said(words.teacher, step.teacher),
  );
}

/**
 * The link that a class is given: of this server, below whatever base path.
 * @param {string} name
 * @param {string} lang
 */
function linkTo(name, lang) {
  const query = new URLSearchParams(lang === "zh" ? { lesson: name } : { lesson: name, lang });
  return `${BASE}/?${query}`;
}

export default drawn((root, /** @type {PictureData} */ data) => {
  const { words } = data;
  const link = linkTo(data.name, data.lang);
  root.replaceChildren(
    el(
      "article",
      { class: "sheet" },
      el("button", { type: "button", class: "print", onclick: () => window.print() }, words.print),
      el("h2", {}, data.title),
      el("p", { class: "about" }, data.about),
      el("p", { class: "link" }, `${words.link} `, el("a", { href: link }, link)),
      data.is_teachers ? null : el("p", { class: "name" }, words.name),
      ...(data.is_teachers
        ? [lineList(data.facts), el("h3", {}, words.goals), lineList(data.goals), el("h3", {}, words.steps)]
        : []),
      el("ol", {}, ...data.steps.map((step) => drawnStep(step, words))),
    ),
  );
});
