import assert from "node:assert/strict";
import test from "node:test";

import { whyOfLine } from "../../moe_demo/ui/journey/formula.js";
import { askedBy, whyMark } from "../../moe_demo/ui/kit/why.js";

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
