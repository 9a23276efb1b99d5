// A plotly figure that is updated in place: zoom and hidden legend entries stay. The library is one big file, so it
// is fetched from this server only once a chart comes into view.
import { BASE } from "./base_path.js";
import { el } from "./dom.js";
import { arePicturesDrawn, mounted, watchTheme } from "./stage.js";

const SETTLE = 300; // milliseconds

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

class Chart {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.box = el("div", { class: "box", role: "img" });
    this.isSeen = false;
    /** @type {PictureData | null} */
    this.data = null;
    root.replaceChildren(this.box);
    this.watch = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) this.look();
    });
    this.watch.observe(root);
    this.forgetTheme = watchTheme(() => this.draw());
  }

  /** @param {PictureData} data */
  show(data) {
    this.data = data;
    this.box.style.height = `${data.figure.layout.height}px`;
    this.box.setAttribute("aria-label", data.label);
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
    } catch {
      box.replaceChildren(el("p", { class: "muted", role: "alert" }, data.words.failed));
    }
  }

  /**
   * The layout with the colours of the theme: what a figure leaves open is drawn in the page's own ink.
   * @param {Record<string, any>} layout
   */
  themed(layout) {
    const color = getComputedStyle(this.root).getPropertyValue("--st-text-color").trim();
    return { ...layout, uirevision: layout.uirevision ?? "kept", font: { ...layout.font, color } };
  }

  leave() {
    this.watch.disconnect();
    this.forgetTheme();
    /** @type {any} */ (window).Plotly?.purge(this.box);
  }
}

export default mounted((root) => new Chart(root));
