import assert from "node:assert/strict";
import test from "node:test";

import { subscript, sumText, vectorText } from "../../moe_demo/ui/journey/formula.js";
import {
  COLUMN,
  ROW,
  barPlaces,
  columnsOf,
  placeInSeat,
  seatBox,
} from "../../moe_demo/ui/journey/geometry.js";
import { Teller } from "../../moe_demo/ui/journey/teller.js";

const NEAR = 1e-9;

test("columns are never narrower than a word can be read; what does not fit scrolls", () => {
  for (const count of [1, 6, 7, 40]) {
    for (const visible of [280, 760, 1040]) {
      const { step, width, x, end } = columnsOf(count, visible);
      assert.ok(step >= COLUMN.least && step <= COLUMN.most);
      assert.ok(width >= visible && width >= end + COLUMN.tail - NEAR);
      assert.ok(x(0) - step / 2 >= 0 && x(count - 1) + step / 2 <= width);
      assert.ok(count === 1 || Math.abs(x(1) - x(0) - step) < NEAR);
    }
  }
});

test("seats share the width in view, side by side, inside the row", () => {
  const geo = columnsOf(7, 900);
  const seats = [0, 1, 2].map((expert) => seatBox(geo, 0, 3, expert));
  seats.forEach((seat, e) => {
    assert.ok(seat.y + seat.h <= ROW.live);
    assert.ok(seat.x + seat.w <= geo.visible);
    if (e) assert.ok(seat.x > seats[e - 1].x + seats[e - 1].w);
  });
});

test("seats follow a long sentence that is scrolled", () => {
  const geo = columnsOf(40, 900);
  assert.equal(seatBox(geo, 250, 3, 1).x, seatBox(geo, 0, 3, 1).x + 250);
});

test("words sit in their expert's seat in the order of the sentence, all of them inside it", () => {
  const seat = seatBox(columnsOf(20, 900), 0, 3, 1);
  const chosen = Array.from({ length: 20 }, (_, i) => (i % 4 ? 1 : 0));
  const places = chosen.flatMap((expert, i) => (expert === 1 ? [placeInSeat(seat, chosen, i)] : []));
  places.forEach((place, i) => {
    assert.ok(place.x >= seat.x && place.x + place.w <= seat.x + seat.w);
    assert.ok(place.y >= seat.y && place.y + place.h <= seat.y + seat.h);
    if (i) assert.ok(place.x > places[i - 1].x);
  });
});

test("upright bars stand around their middle without touching", () => {
  const { width, lefts } = barPlaces(100, 120, 3);
  assert.ok(Math.abs((lefts[0] + lefts[2] + width) / 2 - 100) < NEAR);
  assert.ok(lefts[1] > lefts[0] + width);
  assert.ok(lefts[2] + width - lefts[0] <= 120);
});

test("words are counted from 1 in subscripts, two digits too", () => {
  assert.equal(subscript(0), "₁");
  assert.equal(subscript(11), "₁₂");
});

test("a vector is written by its first numbers", () => {
  assert.equal(vectorText([0.5, -0.25, 1, 2]), "[0.500, −0.250, 1.000, …]");
});

test("a negative term is subtracted, and a long sum is cut in its middle", () => {
  assert.equal(sumText([0.5, -0.25, 1]), "0.500 − 0.250 + 1.000");
  assert.equal(sumText(Array(9).fill(1)), "1.000 + 1.000 + 1.000 + 1.000 + … + 1.000 + 1.000");
});

test("an answer to an older click counts for nothing, one to the last does", () => {
  const teller = new Teller(() => {});
  assert.equal(teller.heard(5), true);
  teller.tell();
  teller.tell();
  assert.equal(teller.heard(6), false);
  assert.equal(teller.heard(7), true);
  teller.stop();
});
