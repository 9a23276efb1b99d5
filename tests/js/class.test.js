import assert from "node:assert/strict";
import { test } from "node:test";

import { qrPath } from "../../moe_demo/ui/frame/class_parts.js";
import { isSamePlace, placeOf } from "../../moe_demo/ui/frame/class_state.js";

test("an address shows a page and what it asks for, without what is each window's own", () => {
  const place = placeOf(
    "https://host/demo/x/top-k?k=2&class=k7mq2f&lang=en&present=1&n=3#top",
    "https://host/demo/x",
  );
  assert.deepEqual(place, { path: "top-k", params: { k: "2", n: "3" } });
  assert.deepEqual(placeOf("http://host:8501/?class=k7mq2f", "http://host:8501"), { path: "", params: {} });
  assert.deepEqual(placeOf("http://host/demo/", "http://host/demo"), { path: "", params: {} });
});

test("two places are the same in whatever order they ask, and not where one asks for more", () => {
  const place = { path: "top-k", params: { k: "2", s: "苹果" } };
  assert.ok(isSamePlace(place, { path: "top-k", params: { s: "苹果", k: "2" } }));
  assert.ok(!isSamePlace(place, { path: "top-k", params: { k: "2" } }));
  assert.ok(!isSamePlace(place, { path: "top-k", params: { k: "2", t: "1" } }));
  assert.ok(!isSamePlace(place, { path: "", params: { ...place.params } }));
});

test("every dark module of a QR code is one square inside the quiet zone", () => {
  assert.equal(qrPath(["10", "01"]), "M4 4h1v1h-1zM5 5h1v1h-1z");
});
