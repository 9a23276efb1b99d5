// Three ways on from the start page: look at a word, see the training, change the sentence.
import { el } from "../kit/dom.js";
import { drawn } from "../kit/stage.js";

/** @typedef {import("./next_steps.types.js").PictureData} PictureData */

export default drawn((root, /** @type {PictureData} */ { words }, send) => {
  const step = (/** @type {"word" | "training" | "edit"} */ kind, /** @type {() => void} */ act) =>
    el(
      "button",
      { type: "button", class: `next-step ${kind}`, onclick: act },
      el("strong", {}, words[kind]),
      el("small", {}, words[`${kind}_hint`]),
    );
  root.replaceChildren(
    el(
      "div",
      { class: "next-steps" },
      step("word", () => send("go", "word")),
      step("training", () => send("go", "training")),
      step("edit", () => window.dispatchEvent(new CustomEvent("moe:edit"))),
    ),
  );
});
