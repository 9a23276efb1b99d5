// Devices as columns: the experts in their slots, and how busy each device is as planned, as served and with new plans.
import { el } from "../kit/dom.js";
import { fixed } from "../kit/numbers.js";
import { drawn } from "../kit/stage.js";
import { foldedTable } from "../kit/table.js";
import { texturePatterns } from "../kit/textures.js";
import { whyCell, whyMark } from "../kit/why.js";

/** @typedef {import("./placement.types.js").PictureData} PlacementData */

const PATTERNS = "p";
const BARS = /** @type {const} */ (["planned", "served", "refreshed"]);
const HEIGHT = 110; // of the bar of the largest load

/** @param {HTMLElement} root @param {PlacementData} data */
function draw(root, data) {
  const isOpen = root.querySelector("details")?.open;
  root.replaceChildren(
    el(
      "svg",
      { class: "unseen", "aria-hidden": "true" },
      el("defs", {}, ...texturePatterns(data.experts, PATTERNS)),
    ),
    el(
      "p",
      { class: "legend" },
      ...BARS.map((name) => el("span", { class: name }, el("i"), data.words[name])),
    ),
    el(
      "div",
      { class: "devices", role: "group", "aria-label": data.label },
      ...data.devices.map((one, place) => column(one, place, data)),
    ),
    el("p", { class: "muted" }, data.words.says),
    table(data, isOpen),
  );
}

/** @param {PlacementData["devices"][number]} device @param {number} place @param {PlacementData} data */
function column(device, place, data) {
  const { experts, top, words, layer } = data;
  const slots = device.slots.map(({ expert, replica }) =>
    el(
      "span",
      { class: replica ? "slot replica" : "slot" },
      el(
        "svg",
        { "aria-hidden": "true" },
        el("rect", { width: "100%", height: "100%", fill: `url(#${PATTERNS}${expert})` }),
      ),
      experts[expert].label,
    ),
  );
  const bars = BARS.map((name) =>
    el(
      "span",
      { class: `bar ${name}${device.slowest.includes(name) ? " slowest" : ""}` },
      el("small", { class: "why", ...whyMark(`device_${name}-${place}`, { layer }) }, fixed(device[name], 2)),
      el("i", { style: `height: ${(HEIGHT * device[name]) / top}px` }),
    ),
  );
  return el(
    "div",
    { class: device.node ? "device first" : "device" },
    el("small", { class: "node" }, device.node || "\u00a0"),
    el("b", {}, device.name),
    el("div", { class: "slots" }, ...slots),
    el(
      "div",
      { class: "bars", style: `height: ${HEIGHT + 22}px` },
      el("span", { class: "fair", style: `bottom: ${HEIGHT / top}px` }),
      ...bars,
    ),
    el("small", { class: "slow" }, device.slowest.includes("served") ? words.slowest : "\u00a0"),
  );
}

/** @param {PlacementData} data @param {boolean} [isOpen] */
function table({ devices, experts, label, words, layer }, isOpen) {
  const rows = devices.map((device, place) => [
    device.name,
    device.slots.map(({ expert }) => experts[expert].label).join(" "),
    ...BARS.map((name) => whyCell(fixed(device[name], 3), `device_${name}-${place}`, { layer })),
    device.slowest.map((name) => words[name]).join(" "),
  ]);
  const heads = [words.device, words.experts, ...BARS.map((name) => words[name]), words.slowest];
  return foldedTable({ summary: words.table, isOpen, caption: label, heads, rows });
}

export default drawn(draw);
