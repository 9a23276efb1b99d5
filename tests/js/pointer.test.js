// What a tap on a mark shows: the title that a mouse would see. No DOM: nodes are stand-ins.
import assert from "node:assert/strict";
import { test } from "node:test";
import { titleOn } from "../../moe_demo/ui/kit/pointer.js";

class StandIn {
  constructor({ title = null, text = "", children = [] } = {}) {
    Object.assign(this, { title, textContent: text, children });
  }
  getAttribute() {
    return this.title;
  }
}
globalThis.Element = StandIn;

const root = new StandIn({ title: "of the page around it" });

test("the nearest title counts, and none outside the picture", () => {
  const [mark, row] = [new StandIn(), new StandIn({ title: "E3: 1.2 times" })];
  assert.equal(titleOn([mark, row, root], root), "E3: 1.2 times");
  assert.equal(titleOn([mark, root], root), "");
});

test("a mark of an SVG has its title as a child", () => {
  const title = Object.assign(new StandIn({ text: "E1" }), { localName: "title" });
  assert.equal(titleOn([new StandIn({ text: "E1", children: [title] }), root], root), "E1");
});

test("what stands there already is not said again", () => {
  assert.equal(titleOn([new StandIn({ title: "Layer 1", text: "Layer 1" }), root], root), "");
});
