// All words x all experts of one layer: darker is a higher score, a ring is a chosen expert. Click picks both.
import { inkOn, isDark, rampStep } from "../kit/colour.js";
import { el } from "../kit/dom.js";
import { focused, setTabStop } from "../kit/focus.js";
import { actOn } from "../kit/keys.js";
import { bare, fixed } from "../kit/numbers.js";
import { Redrawn, mounted, watchTheme } from "../kit/stage.js";
import { dataTable } from "../kit/table.js";
import { fill } from "../kit/text.js";
import { sumMark } from "../kit/why.js";

/** @typedef {import("./map.types.js").PictureData} PictureData */

/** @extends {Redrawn<PictureData>} */
class ScoreMap extends Redrawn {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, watchTheme);
    /** @type {HTMLButtonElement[][]} */
    this.cells_TE = [];
    root.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {PictureData} data */
  draw(data) {
    const ramp = data.ramp[isDark(this.root) ? "dark" : "light"];
    const held = this.placeOf(focused(this.root));
    this.cells_TE = data.tokens.map((_, t) => data.experts.map((_expert, e) => this.cell(data, ramp, t, e)));
    const edge = (/** @type {number} */ e) => (e % data.group_size === 0 && e > 0 ? "edge" : "");
    const heads = data.experts.map(({ label }, e) => {
      const kind = `${edge(e)} ${e === data.expert ? "on" : ""}`.trim();
      return el("th", { scope: "col", class: kind }, label);
    });
    const rows = data.tokens.map((word, t) => ({
      class: t === data.token ? "on" : null,
      cells: [
        el("th", { scope: "row", lang: "zh", title: word }, word),
        ...this.cells_TE[t].map((cell, e) => {
          const kind = `${edge(e)} ${data.chosen[t].includes(e) ? "chosen" : ""}`.trim();
          return el("td", { class: kind }, cell);
        }),
      ],
    }));
    const table = dataTable({
      caption: data.words.label,
      hidesCaption: true,
      heads: [el("td"), ...heads],
      rows,
    });
    this.root.replaceChildren(el("div", { class: "scroll" }, table), legend(data, ramp));
    const stop = this.cells_TE[held?.t ?? data.token]?.[held?.e ?? data.expert ?? 0];
    setTabStop(this.cells_TE.flat(), stop);
    if (held) stop?.focus();
  }

  /**
   * @param {PictureData} data
   * @param {string[]} ramp
   * @param {number} t
   * @param {number} e
   */
  cell({ tokens, experts, scores, chosen, gates, end, words, token, expert }, ramp, t, e) {
    const k = chosen[t].indexOf(e);
    const score = scores[t][e];
    const ground = rampStep(ramp, score / end);
    const says = fill(k < 0 ? words.cell : words.cell_chosen, {
      word: tokens[t],
      expert: experts[e].label,
      score: fixed(score),
      rank: k + 1,
      gate: k < 0 ? "" : fixed(gates[t][k]),
    });
    return el(
      "button",
      {
        type: "button",
        "data-t": t,
        "data-e": e,
        title: says,
        "aria-label": says,
        "aria-current": t === token && e === expert ? "true" : null,
        style: `background:${ground}; color:${inkOn(ground)}`,
        ...sumMark("score", { token: t, expert: e }),
        onclick: () => this.send("pick", { token: t, expert: e }),
      },
      score < 1 ? bare(score) : fixed(score, 1),
    );
  }

  /** @param {EventTarget | null} node @returns {{ t: number, e: number } | null} */
  placeOf(node) {
    const data = node instanceof HTMLButtonElement ? node.dataset : {};
    return data.t === undefined ? null : { t: Number(data.t), e: Number(data.e) };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = this.placeOf(event.target);
    const go = (/** @type {number} */ down, /** @type {number} */ right) => {
      const next = at && this.cells_TE[at.t + down]?.[at.e + right];
      if (!next) return;
      setTabStop(this.cells_TE.flat(), next);
      next.focus();
    };
    if (!at) return;
    actOn(event, {
      ArrowUp: () => go(-1, 0),
      ArrowDown: () => go(1, 0),
      ArrowLeft: () => go(0, -1),
      ArrowRight: () => go(0, 1),
    });
  }
}

/** @param {PictureData} data @param {string[]} ramp */
function legend({ words }, ramp) {
  const steps = ramp.map((colour) => el("i", { style: `background:${colour}` }));
  const ring = el("span", { class: "ringed" }, "·");
  return el("p", { class: "legend" }, words.low, ...steps, words.high, ring, words.ring);
}

export default mounted((root) => new ScoreMap(root));
