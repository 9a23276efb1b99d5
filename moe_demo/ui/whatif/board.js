// One layer of the switchboard: its experts as switches, on which a word can be dropped, and its shared expert.
import { el } from "../kit/dom.js";
import { fill } from "../kit/text.js";
import { sumMark } from "../kit/why.js";
import { DRAGGED } from "./words.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.js").Flip} Flip
 */

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]} row
 * @param {number} layer
 * @param {Flip} flip
 * @param {string} patterns
 */
export function boardRow(data, row, layer, flip, patterns) {
  const seats = row.seats.map((seat, e) =>
    seatButton(data, row.title, seat, { layer, expert: e }, flip, patterns),
  );
  return el(
    "div",
    { class: "row" },
    el("span", { class: "layer" }, row.title),
    el("div", { class: "seats" }, ...seats, sharedButton(data, row, layer, flip)),
  );
}

/**
 * @param {PictureData} data
 * @param {string} title
 * @param {PictureData["rows"][number]["seats"][number]} seat
 * @param {{ layer: number, expert: number }} at
 * @param {Flip} flip
 * @param {string} patterns
 */
function seatButton(data, title, seat, at, flip, patterns) {
  const { experts, words, tokens, picked, bias } = data;
  const { layer, expert: e } = at;
  const word = tokens[picked].text;
  const says = [
    fill(words.seat, {
      layer: title,
      expert: experts[e].label,
      state: words[seat.state],
      before: seat.before,
      after: seat.after,
    }),
    seat.mine ? fill(seat.forced ? words.mine_forced : words.mine, { word }) : "",
  ];
  const count = seat.after === seat.before ? String(seat.before) : `${seat.before}→${seat.after}`;
  const isOpen = bias !== null && bias.layer === layer && bias.expert === e;
  const kind = [
    "seat",
    seat.state,
    seat.mine ? "mine" : "",
    seat.forced ? "forced" : "",
    isOpen ? "open" : "",
  ];
  return el(
    "button",
    {
      type: "button",
      class: kind.filter(Boolean).join(" "),
      title: says.filter(Boolean).join("\n"),
      "aria-pressed": seat.state !== "on" || seat.forced || isOpen,
      "data-stop": `${layer}-${e}`,
      ...sumMark(data.answers ? "words_taken" : null, { layer, expert: e }),
      onclick: () => flip({ layer, expert: e }),
      ondragover: (/** @type {DragEvent} */ event) => event.preventDefault(),
      ondrop: (/** @type {DragEvent} */ event) => {
        event.preventDefault();
        const token = event.dataTransfer?.getData(DRAGGED);
        if (token) flip({ force: Number(token), layer, expert: e });
      },
    },
    el(
      "svg",
      { "aria-hidden": "true" },
      el("rect", { width: "100%", height: "100%", fill: `url(#${patterns}${e})` }),
    ),
    el("b", {}, `${seat.forced ? "→" : ""}${experts[e].label}`),
    el("small", {}, seat.state === "on" ? count : words[seat.state]),
  );
}

/**
 * @param {PictureData} data
 * @param {PictureData["rows"][number]} row
 * @param {number} layer
 * @param {Flip} flip
 */
function sharedButton({ words }, row, layer, flip) {
  if (row.shared === "none") return null;
  const says = fill(words.shared_seat, { layer: row.title, state: words[row.shared] });
  return el(
    "button",
    {
      type: "button",
      class: `seat shared ${row.shared}`,
      title: says,
      "aria-pressed": row.shared === "off",
      "data-stop": `${layer}-s`,
      onclick: () => flip({ layer }),
    },
    el("b", {}, words.shared),
    el("small", {}, words[row.shared]),
  );
}
