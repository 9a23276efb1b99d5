// Above and below the seats: what a click means, the sentence's words to pick or drag, and what was changed by hand.
import { el } from "../kit/dom.js";
import { actOn } from "../kit/keys.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.js").Flip} Flip
 */

export const DRAGGED = "text/plain"; // what a dragged word carries: its place

const ACTS = /** @type {const} */ (["off", "silence", "alone", "only", "force", "bias"]);

/**
 * What a click means.
 * @param {PictureData} data
 * @param {Flip} flip
 */
export function acts({ act, words }, flip) {
  const choices = ACTS.map((value) =>
    el(
      "button",
      {
        type: "button",
        "data-stop": value,
        "aria-pressed": act === value,
        onclick: () => flip({ act: value }),
      },
      words[`act_${value}`],
    ),
  );
  return el(
    "div",
    { class: "acts" },
    el("span", {}, words.act),
    ...choices,
    el("span", { class: "hint muted" }, words.hint),
  );
}

/**
 * The words: one is picked; each can be dragged onto a seat. Struck through is what a full expert dropped.
 * @param {PictureData} data
 * @param {(token: number) => void} pick
 */
export function wordRow({ tokens, picked, words }, pick) {
  const chips = tokens.map((token, place) =>
    el(
      "span", // Firefox does not let a <button> be dragged
      {
        role: "button",
        tabindex: 0,
        lang: "zh",
        class: token.dropped ? "word struck" : "word",
        draggable: "true",
        title: [token.gloss, token.dropped || words.drag].filter(Boolean).join("\n"),
        "aria-pressed": place === picked,
        "data-stop": `word-${place}`,
        onclick: () => pick(place),
        onkeydown: (/** @type {KeyboardEvent} */ event) =>
          actOn(event, { Enter: () => pick(place), " ": () => pick(place) }),
        ondragstart: (/** @type {DragEvent} */ event) => event.dataTransfer?.setData(DRAGGED, String(place)),
      },
      token.text,
    ),
  );
  return el("div", { class: "words", role: "group", "aria-label": words.words }, ...chips);
}

/**
 * What a seat does not show, each with a button that takes it back.
 * @param {PictureData} data
 * @param {Flip} flip
 */
export function changesMade({ changes, words }, flip) {
  if (!changes.length) return null;
  const buttons = changes.map((change, i) =>
    el(
      "button",
      {
        type: "button",
        class: "change-made",
        title: words.undo,
        "data-stop": `change-${i}`,
        onclick: () => flip(change.undo),
      },
      `${change.text} ✕`,
    ),
  );
  return el("div", { class: "acts", role: "group", "aria-label": words.changed }, ...buttons);
}
