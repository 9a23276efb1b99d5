// Three ways on from the start page: look at a word, see the training, change the sentence.

import { el } from "../kit/dom.js";

const wires = new WeakMap();

function door(kind, act) {
  const title = el("strong"), hint = el("small");
  const node = el("button", { type: "button", class: `door ${kind}`, onclick: act }, title, hint);
  return { node, title, hint, kind };
}

export default function ({ data, parentElement, setTriggerValue }) {
  let wire = wires.get(parentElement);
  if (!wire) {
    wires.set(parentElement, (wire = {}));
    wire.doors = [
      door("word", () => wire.go("word")),
      door("training", () => wire.go("training")),
      door("edit", () => window.dispatchEvent(new CustomEvent("moe:edit"))),
    ];
    parentElement.querySelector(".root").replaceChildren(el("div", { class: "doors" }, ...wire.doors.map((item) => item.node)));
  }
  wire.go = (where) => setTriggerValue("go", where);
  for (const { title, hint, kind } of wire.doors) {
    title.textContent = data.words[kind];
    hint.textContent = data.words[`${kind}_hint`];
  }
}
