import assert from "node:assert/strict";
import test from "node:test";

import { seats } from "../../moe_demo/ui/router/generations.js";

const LAYER = { n_routed: 16, group_size: 4 };

test("a group is a row, and only chosen experts are full", () => {
  const found = seats(LAYER, [5, 0, 7], [0.5, 0.3, 0.2]);
  assert.deepEqual(
    found.filter(({ chosen }) => chosen).map(({ e }) => e),
    [0, 5, 7],
  );
  const middle = ({ y, side }) => y + side / 2;
  for (const seat of found) assert.equal(middle(seat), middle(found[4 * Math.floor(seat.e / 4)]));
  assert.ok(middle(found[4]) > middle(found[3]));
});

test("the area of a chosen square follows its gate, down to a least size", () => {
  const [first, second, least] = seats({ n_routed: 3, group_size: 3 }, [0, 1, 2], [0.8, 0.4, 0.001]);
  assert.ok(Math.abs((second.side / first.side) ** 2 - 0.5) < 1e-9);
  assert.ok(least.side > seats(LAYER, [0], [1])[1].side);
});
