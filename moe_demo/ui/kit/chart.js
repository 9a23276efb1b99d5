// A plotly figure that is updated in place: zoom and hidden legend entries stay. The library is one big file, so it
// is fetched from this server only once a chart comes into view.
import { BASE } from "./base_path.js";
import { el } from "./dom.js";
import { arePicturesDrawn, mounted, typeScale, watchRoom, watchTheme } from "./stage.js";

const SETTLE = 300; // milliseconds
const IN_PIXELS = /^(size|height|standoff|xshift|yshift)$/;
const PANEL = 250; // px: the least width of one of several panels side by side; what does not fit scrolls

/**
 * @typedef {import("./chart.types.js").PictureData} PictureData
 * @typedef {{ react: Function, purge: (box: Element) => void }} Plotly
 */

/** @type {Promise<Plotly> | undefined} */
let library;

/** @param {string} address @returns {Promise<Plotly>} */
function plotly(address) {
  library ??= new Promise((resolve, reject) => {
    const onload = () => resolve(/** @type {any} */ (window).Plotly);
    document.head.append(el("script", { src: BASE + address, onload, onerror: reject }));
  });
  return library;
}

/** @param {Element} node @returns {boolean} */
function isInView(node) {
  const box = node.getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}

/**
 * A layout whose type, margins and height are so many times larger. (The library does not find the pointer in what
 * a style sheet has zoomed.)
 * @param {any} part of a layout
 * @param {number} scale
 * @param {string} [name]
 * @returns {any}
 */
export function scaled(part, scale, name = "") {
  if (typeof part === "number") return IN_PIXELS.test(name) ? part * scale : part;
  if (Array.isArray(part)) return part.map((one) => scaled(one, scale));
  if (part === null || typeof part !== "object") return part;
  const inside = (/** @type {string} */ key) => (name === "margin" ? "height" : key);
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, scaled(value, scale, inside(key))]),
  );
}

/**
 * What a click on a point picks: `customdata` of a point whose trace can be picked from (`meta`).
 * @param {{ customdata?: number[], data: { meta?: { picks?: boolean } } }} point
 * @returns {{ point: number[] } | null}
 */
export function pickedAt({ customdata, data: { meta } }) {
  return meta?.picks && customdata ? { point: customdata } : null;
}

/**
 * What a point of a chart asks for: `meta` of its trace is a key with the point's own x and y, or the first number of
 * its `customdata`, to fill in; and the layer, where the trace is of one.
 * @param {{ x: number, y: number, customdata?: number[],
 *   data: { meta?: { why?: string, expert?: "x" | "y", layer?: number } } }} point
 * @returns {{ why: string, expert?: number, layer?: number } | null}
 */
export function askedAt({ x, y, customdata, data: { meta } }) {
  if (!meta?.why) return null;
  const places = { x, y, at: customdata?.[0] };
  if (meta.why.includes("{at}") && places.at === undefined) return null;
  const why = meta.why.replace(/\{(x|y|at)\}/g, (_, name) => String(places[/** @type {"x"} */ (name)]));
  return {
    why,
    ...(meta.expert ? { expert: places[meta.expert] } : {}),
    ...(meta.layer === undefined ? {} : { layer: meta.layer }),
  };
}

class Chart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.box = el("div", { class: "box", role: "img" });
    this.isSeen = false;
    /** @type {PictureData | null} */
    this.data = null;
    /** @type {import("./stage.js").Send} */
    this.send = () => {};
    this.isListening = false;
    root.replaceChildren(this.box);
    this.watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.look();
    });
    this.watch.observe(root);
    this.forgetTheme = watchTheme(() => this.draw());
    this.scale = typeScale();
    this.width = 0;
    this.forgetRoom = watchRoom(root, () => {
      if (this.scale !== typeScale() || this.width !== root.clientWidth) this.resize();
    });
  }

  /**
   * @param {PictureData} data
   * @param {import("./stage.js").Send} send
   */
  show(data, send) {
    this.data = data;
    this.send = send;
    this.box.setAttribute("aria-label", data.label);
    this.resize();
  }

  /** The room it takes, before it is drawn too, so that nothing jumps. */
  resize() {
    if (!this.data) return;
    const { layout } = this.data.figure;
    const axes = Object.keys(layout).filter((key) => /^xaxis\d*$/.test(key));
    const panels = new Set(axes.map((key) => layout[key].domain?.[0] ?? 0)).size; // side by side
    this.scale = typeScale();
    this.width = this.root.clientWidth;
    const isWide = panels * PANEL > this.root.clientWidth && panels > 1;
    this.root.style.overflowX = isWide ? "auto" : "";
    if (isWide) this.root.tabIndex = 0;
    else this.root.removeAttribute("tabindex");
    this.box.style.height = `${layout.height * this.scale}px`;
    this.box.style.minWidth = isWide ? `${panels * PANEL}px` : "";
    this.draw();
  }

  /** Begin if it is still in view once what stands above it has its height and has been drawn. */
  look() {
    setTimeout(() => {
      if (this.isSeen || !isInView(this.root)) return; // the observer tells when it comes back
      if (arePicturesDrawn()) this.begin();
      else this.look();
    }, SETTLE);
  }

  begin() {
    this.isSeen = true;
    this.watch.disconnect();
    this.draw();
  }

  async draw() {
    const { box, data } = this;
    if (!this.isSeen || !data) return;
    try {
      const Plotly = await plotly(data.library);
      const config = { responsive: true, displayModeBar: false };
      await Plotly.react(box, data.figure.data, this.themed(data.figure.layout), config);
      this.listen();
    } catch {
      box.replaceChildren(el("p", { class: "muted", role: "alert" }, data.words.failed));
    }
  }

  /** A click on a number whose trace says what it is (`meta`) asks where it comes from, or picks what it stands for. */
  listen() {
    if (this.isListening) return;
    this.isListening = true;
    /** @type {any} */ (this.box).on("plotly_click", (/** @type {any} */ { points: [point] }) => {
      const [asked, picked] = [askedAt(point), pickedAt(point)];
      if (asked) this.send("why", asked);
      if (picked) this.send("pick", picked);
    });
  }

  /**
   * The layout with the colours of the theme: what a figure leaves open is drawn in the page's own ink.
   * @param {Record<string, any>} layout
   */
  themed(layout) {
    const color = getComputedStyle(this.root).getPropertyValue("--st-text-color").trim();
    const grown = scaled(layout, this.scale);
    return { ...grown, uirevision: layout.uirevision ?? "kept", font: { ...grown.font, color } };
  }

  leave() {
    this.watch.disconnect();
    this.forgetTheme();
    this.forgetRoom();
    /** @type {any} */ (window).Plotly?.purge(this.box);
  }
}

export default mounted((root) => new Chart(root), { grows: false });
