// How the runs are doing: a badge, a bar and numbers for each, and a notice where there is nothing to see.
import { el, set } from "../kit/dom.js";
import { RUN_LETTERS } from "./scene.js";
import { progressWords, stateWord } from "./words.js";

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {Record<"node" | "badge" | "bar" | "done" | "numbers", HTMLElement>} Line of one run
 */

export class Status {
  constructor() {
    /** @type {Line[]} */
    this.lines = [];
    this.node = el("div", { class: "statuses" });
    this.notice = el("span", { class: "notice", role: "status" });
  }

  /** @param {Scene} scene */
  show({ records, data, words }) {
    while (this.lines.length > records.length) this.lines.pop()?.node.remove();
    while (this.lines.length < records.length) this.add();
    records.forEach((record, i) => {
      const { badge, bar, done, numbers } = this.lines[i];
      const share = record.nSteps ? record.step / record.nSteps : 0;
      const name = records.length > 1 ? `${RUN_LETTERS[i]} · ` : "";
      badge.textContent = name + stateWord(record, data.runs[i], words);
      badge.dataset.state = record.state ?? "";
      badge.title = [data.runs[i].name, record.reason].filter(Boolean).join(": ");
      set(bar, {
        "aria-valuemax": record.nSteps,
        "aria-valuenow": record.step,
        "aria-label": badge.textContent,
      });
      done.style.width = `${100 * Math.min(share, 1)}%`;
      numbers.textContent = record.nSteps ? progressWords(record, words, data.lang).join(" · ") : "";
    });
    this.tell(records, words);
  }

  add() {
    const badge = el("span", { class: "badge" });
    const done = el("div");
    const bar = el("div", { class: "bar", role: "progressbar" }, done);
    const numbers = el("span", { class: "numbers" });
    const node = el("div", { class: "status" }, badge, bar, numbers);
    this.node.append(node);
    this.lines.push({ node, badge, bar, done, numbers });
  }

  /**
   * Why there is nothing to see, or nothing new.
   * @param {Scene["records"]} records
   * @param {Scene["words"]} words
   */
  tell(records, words) {
    const problem = records.find((record) => record.problem)?.problem;
    const [{ version, steps, evals }] = records;
    const none = version === null ? words.loading : steps.length || evals.length ? "" : words.no_steps;
    const text = problem ? (problem.message ?? words.lost) : none;
    if (this.notice.textContent !== text) this.notice.textContent = this.notice.title = text;
    this.notice.classList.toggle("bad", Boolean(problem));
    this.notice.hidden = !text;
  }
}
