import assert from "node:assert/strict";
import { test } from "node:test";
import { fan, layout, ribbon, SQUARE } from "../../moe_demo/ui/nodes/layout.js";

const NODES = [0, 1, 2, 3].map((n) => [0, 1, 2, 3].map((i) => 4 * n + i));

for (const width of [320, 700, 1180]) {
  test(`at ${width} pixels every expert stands inside its node, and nodes stand apart`, () => {
    const { nodes, experts, height } = layout(width, 7, NODES);
    NODES.forEach((own, n) => {
      const box = nodes[n];
      for (const e of own) {
        const { x, y } = experts.get(e);
        assert.ok(x - SQUARE / 2 > box.port.x && x + SQUARE / 2 < box.x + box.width);
        assert.ok(y - SQUARE / 2 > box.y && y + SQUARE / 2 < box.y + box.height);
      }
      assert.ok(box.x + box.width <= width && box.y >= 0 && box.y + box.height <= height);
      if (n) assert.ok(box.y >= nodes[n - 1].y + nodes[n - 1].height);
    });
  });
}

test("the words of a long sentence stand apart, and the board grows with them", () => {
  const { words, height } = layout(700, 64, NODES);
  for (let t = 1; t < 64; t += 1) assert.ok(words.y[t] - words.y[t - 1] >= 26);
  assert.ok(words.y[63] < height);
});

test("words end before the nodes begin", () => {
  const { words, nodes } = layout(320, 7, NODES);
  assert.ok(words.room + 40 < nodes[0].x);
});

test("a ribbon leaves and arrives level; inside a node a line ends at the edge of the square", () => {
  assert.equal(ribbon({ x: 0, y: 5 }, { x: 10, y: 9 }), "M0,5 C5,5 5,9 10,9");
  const [port, expert] = [
    { x: 0, y: 0 },
    { x: 40, y: 30 },
  ];
  assert.ok(fan(port, expert, true).endsWith(` 40,${30 - SQUARE / 2}`));
  assert.ok(fan(port, expert, false).endsWith(` ${40 - SQUARE / 2},30`));
});
