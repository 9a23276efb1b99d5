import assert from "node:assert/strict";
import test from "node:test";

import {
  channels,
  inkOn,
  isDarkColour,
  loadPlace,
  luminance,
  rampAt,
  rampStep,
  rgb,
  signedPlace,
} from "../../moe_demo/ui/kit/colour.js";

const RAMP = ["#000000", "#FF0000", "#FFFFFF"];

/** Contrast of two luminances (WCAG 2). */
function contrast(a, b) {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

test("a ramp has its stops at its ends and in its middle", () => {
  assert.deepEqual(rampAt(RAMP, 0), [0, 0, 0]);
  assert.deepEqual(rampAt(RAMP, 0.5), [255, 0, 0]);
  assert.deepEqual(rampAt(RAMP, 1), [255, 255, 255]);
});

test("between two stops a ramp is a straight line", () => {
  assert.deepEqual(rampAt(RAMP, 0.25), [128, 0, 0]);
  assert.deepEqual(rampAt(RAMP, 0.75), [255, 128, 128]);
});

test("beyond its ends a ramp stays as it is", () => {
  assert.deepEqual(rampAt(RAMP, -3), rampAt(RAMP, 0));
  assert.deepEqual(rampAt(RAMP, 7), rampAt(RAMP, 1));
});

test("a stepped ramp shows nothing but its stops, each for an equal part", () => {
  assert.equal(rampStep(RAMP, 0), RAMP[0]);
  assert.equal(rampStep(RAMP, 0.34), RAMP[1]);
  assert.equal(rampStep(RAMP, 0.67), RAMP[2]);
  assert.equal(rampStep(RAMP, 1), RAMP[2]);
});

test("luminance of black is 0, of white 1, and green is the lightest of the three", () => {
  assert.equal(luminance("#000000"), 0);
  assert.ok(Math.abs(luminance("#FFFFFF") - 1) < 1e-9);
  assert.ok(luminance("#00FF00") > luminance("#FF0000"));
  assert.ok(luminance("#FF0000") > luminance("#0000FF"));
});

test("luminance of a middle grey, worked out by hand", () => {
  assert.ok(Math.abs(luminance("#808080") - ((128 / 255 + 0.055) / 1.055) ** 2.4) < 1e-12);
});

test("ink on any grey reads with a contrast of 3 at least", () => {
  for (let part = 0; part < 256; part += 1) {
    const grey = [part, part, part];
    assert.ok(contrast(luminance(inkOn(grey)), luminance(grey)) >= 4.5, String(part));
  }
});

test("both themes of the app are told apart, and a ground that is no hexadecimal colour is light", () => {
  assert.equal(isDarkColour("#12161C"), true);
  assert.equal(isDarkColour("#FFFFFF"), false);
  assert.equal(isDarkColour("transparent"), false);
});

test("a fair load stands in the middle of its ramp, none at its start, the top and more at its end", () => {
  assert.equal(loadPlace(1, 4), 0.5);
  assert.equal(loadPlace(0, 4), 0);
  assert.equal(loadPlace(0.5, 4), 0.25);
  assert.equal(loadPlace(2.5, 4), 0.75);
  assert.equal(loadPlace(4, 4), 1);
  assert.equal(loadPlace(9, 4), 1);
});

test("a signed value mirrors its opposite around the middle", () => {
  assert.equal(signedPlace(0, 2), 0.5);
  assert.equal(signedPlace(-2, 2), 0);
  assert.equal(signedPlace(2, 2), 1);
  assert.equal(signedPlace(0.7, 2) + signedPlace(-0.7, 2), 1);
  assert.equal(signedPlace(5, 2), 1);
  assert.equal(signedPlace(0, 0), 0.5);
});

test("parts and CSS of a colour", () => {
  assert.deepEqual(channels("#0B5CAD"), [11, 92, 173]);
  assert.equal(rgb([11, 92, 173]), "rgb(11, 92, 173)");
});
