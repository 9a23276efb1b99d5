// One cell of the map opened: what it says, the words and headlines behind it, and a name that the reader may give.
import { el } from "../kit/dom.js";
import { fill } from "../kit/text.js";
import { whyButton } from "../kit/why.js";

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {import("./picture.js").Go} Go
 */

/**
 * @param {PictureData} data
 * @param {Go} go
 * @returns {Node[]}
 */
export function cellPanel(data, go) {
  const { picked, words } = data;
  return [
    el("h2", { id: "cell" }, picked.title),
    el("p", { "aria-live": "polite" }, picked.says),
    el(
      "dl",
      { class: "numbers" },
      ...picked.numbers.map(({ name, text, why }) =>
        el(
          "div",
          {},
          el("dt", { class: "muted" }, name),
          el("dd", {}, whyButton(text, why, { expert: picked.expert })),
        ),
      ),
    ),
    nameForm(data, go),
    el("p", { class: "muted" }, picked.n_words),
    el(
      "ul",
      { class: "words", lang: "zh", "aria-label": words.words_title },
      ...picked.words.map(({ word, n, of }) =>
        el("li", {}, word, el("small", {}, of === n ? ` ${n}` : ` ${n}/${of}`)),
      ),
    ),
    el("h3", {}, words.headlines_title),
    el("ul", { class: "headlines" }, ...picked.headlines.map((one) => headline(data, one, go))),
  ];
}

/**
 * @param {PictureData} data
 * @param {PictureData["picked"]["headlines"][number]} one
 * @param {Go} go
 */
function headline({ words }, one, go) {
  const mark = el(
    "span",
    { class: "glyph", title: one.label, role: "img", "aria-label": one.label },
    one.glyph,
  );
  mark.style.color = one.hue;
  return el(
    "li",
    {},
    mark,
    el(
      "button",
      {
        type: "button",
        lang: "zh",
        "data-stop": `h${one.text}`,
        title: fill(words.headline, { text: one.text }),
        onclick: () => go({ text: one.text, token: one.taken[0] }),
      },
      ...one.tokens.flatMap((token, t) => [
        one.gaps[t] ? " " : "",
        el(one.taken.includes(t) ? "u" : "span", {}, token),
      ]),
    ),
  );
}

/** @param {PictureData} data @param {Go} go */
function nameForm({ layer, picked, words, rows, max_name: most }, go) {
  const expert = rows.find((row) => row.expert === picked.expert)?.label ?? "";
  const label = fill(words.name, { expert });
  const field = el("input", {
    type: "text",
    maxlength: most,
    "aria-label": label,
    placeholder: label,
    "data-stop": "name",
    "data-cell": `${layer}-${picked.expert}-${picked.column}`,
    "data-name": picked.name,
    autocomplete: "off",
  });
  field.value = picked.name;
  return el(
    "form",
    {
      onsubmit: (/** @type {Event} */ event) => {
        event.preventDefault();
        go({ name: field.value });
      },
    },
    field,
    el("button", { type: "submit", "data-stop": "give" }, words.give),
  );
}

/**
 * The names given so far, each with the lift and count it rests on.
 * @param {PictureData} data
 * @param {Go} go
 * @returns {Node[]}
 */
export function namesGiven({ names, words }, go) {
  if (!names.length) return [];
  return [
    el("h3", {}, words.names_title),
    el(
      "ul",
      { class: "names" },
      ...names.map(({ name, says, place }) =>
        el(
          "li",
          {},
          el("b", {}, name),
          ` ${says} `,
          el(
            "button",
            {
              type: "button",
              "aria-label": fill(words.forget, { name }),
              title: fill(words.forget, { name }),
              onclick: () => go({ forget: place }),
            },
            "×",
          ),
        ),
      ),
    ),
  ];
}
