// The picture as a file: two buttons below it. Both files are made here, in the browser; nothing is sent for.
import { el } from "./dom.js";
import { fileName } from "./svg_parts.js";
import { toSvg } from "./to_svg.js";

const SCALE = 2; // pixels of the PNG for each of the page's

/**
 * @typedef {object} SaveWords
 * @property {string} svg
 * @property {string} png
 * @property {string} failed
 */

/**
 * @param {ParentNode} parent that holds the picture's root
 * @param {string} picture
 * @returns {{ node: HTMLElement, say: (words: SaveWords) => void }}
 */
export function saveButtons(parent, picture) {
  const root = () => /** @type {HTMLElement} */ (parent.querySelector(".root"));
  /** @type {SaveWords} */
  let words = { svg: "SVG", png: "PNG", failed: "" };
  const told = el("span", { class: "told", role: "status" });
  const button = (/** @type {"svg" | "png"} */ kind) =>
    el("button", { type: "button", "data-save": kind, onclick: () => keep(kind) });
  const buttons = { svg: button("svg"), png: button("png") };

  /** @param {"svg" | "png"} kind */
  async function keep(kind) {
    told.textContent = "";
    try {
      const written = new XMLSerializer().serializeToString(toSvg(root(), document.title));
      const file = kind === "svg" ? new Blob([written], { type: "image/svg+xml" }) : await painted(written);
      hand(file, fileName(picture, kind));
    } catch {
      told.textContent = words.failed;
    }
  }

  const node = el("div", { class: "save" }, told, buttons.svg, buttons.png);
  return {
    node,
    say(/** @type {SaveWords} */ now) {
      words = now;
      buttons.svg.textContent = now.svg;
      buttons.png.textContent = now.png;
    },
  };
}

/**
 * @param {string} written an SVG
 * @returns {Promise<Blob>} the same as PNG
 */
async function painted(written) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(written)}`;
  await image.decode();
  const canvas = el("canvas", { width: SCALE * image.width, height: SCALE * image.height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(SCALE, SCALE);
  context.drawImage(image, 0, 0);
  return new Promise((resolve, reject) => {
    canvas.toBlob((file) => (file ? resolve(file) : reject(new Error("no PNG"))), "image/png");
  });
}

/** @param {Blob} file @param {string} name */
function hand(file, name) {
  const address = URL.createObjectURL(file);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
