import assert from "node:assert/strict";
import test from "node:test";

import { bare, brief, compact, fixed, percent, signed, significant } from "../../moe_demo/ui/kit/numbers.js";

test("a negative number has a true minus sign, whoever writes it", () => {
  for (const text of [
    fixed(-1.5),
    brief(-1.5),
    signed(-1.5),
    percent(-0.5),
    compact(-1.5),
    compact(-2),
    significant(-1.5),
  ]) {
    assert.match(text, /^−\d/);
    assert.doesNotMatch(text, /-/);
  }
});

test("where there is no number a dash stands, or what the caller asks for", () => {
  assert.equal(fixed(null), "–");
  assert.equal(fixed(undefined), "–");
  assert.equal(fixed(null, 3, "−∞"), "−∞");
  assert.equal(brief(null), "–");
  assert.equal(percent(null), "–");
});

test("decimals are as many as asked for", () => {
  assert.equal(fixed(0.5), "0.500");
  assert.equal(fixed(0.5, 1), "0.5");
  assert.equal(percent(0.1234), "12%");
  assert.equal(percent(0.1234, 1), "12.3%");
});

test("a brief number has two decimals, three where it is small, and 0 is not small", () => {
  assert.equal(brief(0.25), "0.25");
  assert.equal(brief(0.0512), "0.051");
  assert.equal(brief(0), "0.00");
});

test("a signed number always shows its sign", () => {
  assert.equal(signed(0.25), "+0.250");
  assert.equal(signed(0), "+0.000");
  assert.equal(signed(-0.25, 2), "−0.25");
});

test("a compact number tells small ones apart and keeps whole ones whole", () => {
  assert.equal(compact(12), "12");
  assert.equal(compact(123.456), "123.5");
  assert.equal(compact(0.5), "0.500");
  assert.equal(compact(0.001234), "0.00123");
});

test("significant digits end with no zero that says nothing", () => {
  assert.equal(significant(0.5), "0.5");
  assert.equal(significant(1234.5678), "1235");
  assert.equal(significant(0.0001234567, 3), "0.000123");
});

test("a bare share is three characters wide, whatever it is", () => {
  assert.equal(bare(0.861), ".86");
  assert.equal(bare(0.9949), ".99");
  assert.equal(bare(1), "1.0");
  for (let share = 0; share <= 1; share += 0.01) assert.equal(bare(share).length, 3);
});
