import assert from "node:assert/strict";
import test from "node:test";

import { sumOfWord, whyOfLine } from "../../moe_demo/ui/journey/formula.js";
import { askedBy, numberOf, sumMark, whyMark } from "../../moe_demo/ui/kit/why.js";

/** @param {Record<string, string | undefined>} marks */
function marked(marks) {
  return /** @type {Element} */ (
    /** @type {unknown} */ ({ getAttribute: (/** @type {string} */ name) => marks[name] ?? null })
  );
}

test("a mark tells of its number and of the places the selection takes with it", () => {
  const mark = marked(whyMark("removal-2-1", { token: 3, expert: 5 }));
  assert.deepEqual(askedBy(mark), { why: "removal-2-1", token: 3, expert: 5 });
  assert.deepEqual(askedBy(marked(whyMark("pooled"))), { why: "pooled" });
});

test("where there is no key nothing is marked", () => {
  assert.deepEqual(whyMark(null, { token: 1 }), {});
  assert.deepEqual(whyMark(undefined), {});
});

test("a line of the journey's formula asks for the number it shows, its first line for none", () => {
  const of = (/** @type {object} */ stage, /** @type {number} */ line) =>
    whyOfLine(/** @type {any} */ ({ stage, token: 1 }), line);
  assert.equal(of({ id: "gates", expert: [0, 2] }, 0), null);
  assert.deepEqual(of({ id: "gates", expert: [0, 2] }, 1), { why: "piece-0", expert: 2 });
  assert.deepEqual(of({ id: "choice", expert: [0, 2] }, 3), { why: "choice", expert: 2 });
  assert.deepEqual(of({ id: "transformer", looks_at: [1, 0] }, 4), { why: "attention-0" });
  const classes = { id: "classes", probabilities: [0.1, 0.7, 0.2] };
  assert.deepEqual(of(classes, 1), { why: "class_logit-1" });
  assert.deepEqual(of(classes, 2), { why: "probability-1" });
  assert.equal(of(classes, 3), null);
  assert.equal(of({ id: "tokens" }, 1), null);
});

test("a mark whose click does something else asks for its number all the same", () => {
  const mark = marked(sumMark("score", { token: 2, expert: 7 }));
  assert.deepEqual(askedBy(mark), { why: "score", token: 2, expert: 7 });
  assert.equal(mark.getAttribute("data-why"), null);
});

test("the number of what has the focus is its own, or the last that is drawn in it", () => {
  const node = (/** @type {boolean} */ isMark, /** @type {string[]} */ inside) =>
    /** @type {Element} */ (
      /** @type {unknown} */ ({ matches: () => isMark, querySelectorAll: () => inside })
    );
  const own = node(true, ["inside"]);
  assert.equal(numberOf(own), own);
  assert.equal(numberOf(node(false, ["first", "last"])), "last");
  assert.equal(numberOf(node(false, [])), undefined);
});

test("a word of the journey asks for the number of its stage", () => {
  const gate = sumOfWord(/** @type {any} */ ({ stage: { id: "choice", expert: [0, 2] } }), 1);
  assert.deepEqual(gate, sumMark("gate", { token: 1, expert: 2 }));
  assert.deepEqual(sumOfWord(/** @type {any} */ ({ stage: { id: "tokens" } }), 0), {});
});
