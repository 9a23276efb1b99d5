// Every (word, expert) of the sentence: how long its piece is, and what the answer loses without it.
import { layerChoices } from "./choices.js";
import { el } from "./dom.js";
import { setTabStop } from "./focus.js";
import { actOn } from "./keys.js";
import { fixed, significant, signed } from "./numbers.js";
import { linear, roundEnd, roundNumbers } from "./scale.js";
import { Redrawn, mounted, watchRoom } from "./stage.js";
import { foldedTable } from "./table.js";
import { fill } from "./text.js";
import { texturePatterns } from "./textures.js";
import { whyButton } from "./why.js";

/** @typedef {import("./scatter.types.js").PictureData} PictureData */

const SIZE = { height: 320, left: 64, right: 18, top: 34, bottom: 44, radius: 8 };
const PATTERNS = "s";

/** @extends {Redrawn<PictureData>} */
class Scatter extends Redrawn {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root, (act) => watchRoom(root, act));
    /** @type {SVGCircleElement[]} */
    this.points = [];
    root.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {PictureData} data */
  draw(data) {
    const isOpen = this.root.querySelector("details")?.open;
    const width = Math.max(this.root.clientWidth, 300);
    const x = linear(0, roundEnd(data.norm_limit), SIZE.left, width - SIZE.right);
    const low = data.effect_low < 0 ? -roundEnd(-data.effect_low) : 0;
    const y = linear(low, roundEnd(data.effect_high), SIZE.height - SIZE.bottom, SIZE.top);
    this.points = data.points.map((point, i) => this.point(data, point, x(point.norm), y(point.effect), i));
    const svg = el(
      "svg",
      { width, height: SIZE.height, role: "group", "aria-label": data.title },
      el("defs", {}, ...texturePatterns(data.experts, PATTERNS)),
      ...axes(data, x, y, width, low),
      ...this.points,
      ...data.points.flatMap((point) => switchedMark(point, x(point.norm), y(point.effect))),
    );
    const { layers, layer, words } = data;
    const parts = [
      layers.length > 1 &&
        el(
          "div",
          { class: "controls" },
          layerChoices(layers, layer, (place) => this.send("pick", place)),
        ),
      svg,
      data.shows_states && el("p", { class: "muted legend" }, words.legend),
      twin(data, isOpen),
    ];
    this.root.replaceChildren(...parts.filter((part) => part !== false));
    const current = data.points.findIndex((p) => p.token === data.token && p.expert === data.expert);
    setTabStop(this.points, this.points[Math.max(current, 0)]);
  }

  /**
   * @param {PictureData} data
   * @param {PictureData["points"][number]} point
   * @param {number} cx
   * @param {number} cy
   * @param {number} index
   */
  point(data, point, cx, cy, index) {
    const label = data.experts[point.expert].label;
    const place = fill(data.words.point, {
      word: point.word,
      expert: label,
      gate: fixed(point.gate),
      norm: fixed(point.norm, 2),
      effect: signed(point.effect),
    });
    const says =
      point.state === "on"
        ? place
        : fill(data.words.switched, { point: place, state: data.words[point.state] });
    const kind = ["point", point.token === data.token ? "on" : "", point.state === "on" ? "" : "switched"];
    const pick = () => this.send("pick", { token: point.token, expert: point.expert });
    return el(
      "circle",
      {
        cx,
        cy,
        r: SIZE.radius,
        class: kind.filter(Boolean).join(" "),
        fill: `url(#${PATTERNS}${point.expert})`,
        role: "button",
        "data-i": index,
        "data-stop": `p${index}`,
        "aria-label": says,
        onclick: pick,
      },
      el("title", {}, says),
    );
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const at = this.points.indexOf(/** @type {SVGCircleElement} */ (event.target));
    if (at < 0) return;
    const go = (/** @type {number} */ by) => {
      const next = this.points[(at + by + this.points.length) % this.points.length];
      setTabStop(this.points, next);
      next.focus();
    };
    const pick = () => this.points[at].dispatchEvent(new MouseEvent("click"));
    actOn(event, {
      ArrowRight: () => go(1),
      ArrowDown: () => go(1),
      ArrowLeft: () => go(-1),
      ArrowUp: () => go(-1),
      Enter: pick,
      " ": pick,
    });
  }
}

/**
 * @param {PictureData} data
 * @param {(value: number) => number} x
 * @param {(value: number) => number} y
 * @param {number} width
 * @param {number} low
 */
function axes(data, x, y, width, low) {
  const bottom = SIZE.height - SIZE.bottom;
  const across = roundNumbers(0, roundEnd(data.norm_limit), 6).map((value) =>
    el("text", { x: x(value), y: bottom + 18, class: "tick middle" }, significant(value)),
  );
  const up = roundNumbers(low, roundEnd(data.effect_high), 5).flatMap((value) => [
    el("line", {
      x1: SIZE.left,
      x2: width - SIZE.right,
      y1: y(value),
      y2: y(value),
      class: value ? "grid" : "zero",
    }),
    el("text", { x: SIZE.left - 8, y: y(value) + 5, class: "tick end" }, significant(value)),
  ]);
  return [
    ...up,
    ...across,
    el("text", { x: width - SIZE.right, y: bottom + 38, class: "axis end" }, data.words.x),
    el("text", { x: SIZE.left, y: 16, class: "axis" }, data.words.y),
  ];
}

/**
 * What the visitor has made of a point's expert: a cross where it is off, a dashed ring where it is silent. A
 * click goes through it, to the point below.
 * @param {PictureData["points"][number]} point
 * @param {number} cx
 * @param {number} cy
 * @returns {SVGElement[]}
 */
function switchedMark({ state }, cx, cy) {
  const far = SIZE.radius + 4;
  if (state === "off") {
    const d = `M${cx - far},${cy - far}l${2 * far},${2 * far}M${cx - far},${cy + far}l${2 * far},${-2 * far}`;
    return [el("path", { d, class: "cross", "aria-hidden": "true" })];
  }
  return state === "muted" ? [el("circle", { cx, cy, r: far, class: "ring", "aria-hidden": "true" })] : [];
}

/**
 * @param {PictureData} data
 * @param {boolean} [isOpen] whether it was open
 */
function twin({ points, experts, answer, words, title, layer, shows_states: showsStates }, isOpen) {
  const rows = points.map(({ word, token, expert, piece, gate, norm, effect, state }) => {
    const number = (/** @type {string} */ why, /** @type {string} */ text) => {
      return whyButton(text, why, { token, layer, expert });
    };
    return [
      el("th", { scope: "row", lang: "zh" }, word),
      experts[expert].label,
      number("gate", fixed(gate)),
      number(`length-${piece}`, fixed(norm, 2)),
      number(`removal-${piece}-${answer}`, signed(effect)),
      ...(showsStates ? [words[state]] : []),
    ];
  });
  const heads = [words.word, words.expert, words.gate, words.norm, words.effect];
  if (showsStates) heads.push(words.state);
  return foldedTable({ summary: words.table, isOpen, caption: title, heads, rows });
}

export default mounted((root) => new Scatter(root));
