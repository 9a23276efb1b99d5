// How a picture lives on a page: one way to be mounted, the room it has, the theme it stands on.
//
// The file of a picture ends in `export default mounted((root) => new Picture(root))`: it is made once for its root,
// shown again for each new `data`, and left when the reader leaves the page.

import { set } from "./dom.js";
import { keepFocus, tellOfKeys } from "./focus.js";
import { showTitlesOnTap } from "./pointer.js";
import { unmounted } from "./unmounted.js";
import { listenForWhy } from "./why.js";

const THEME_SETTLES = 100; // milliseconds: Streamlit sets its colours first
const PLACE = ".stBidiComponent"; // of a picture on the page
const DRAWN = "data-drawn"; // on the place of a picture that stands: what is below another waits (frame/head.css)
const TYPE = 16; // px of the type for which pictures are drawn

/**
 * What Streamlit calls with: see streamlit.components.v2.
 * @typedef {(name: string, value: unknown) => void} Send tells Python of what happened, under the name of a trigger
 * @typedef {{ data: any, parentElement: ParentNode, setTriggerValue: Send }} Call
 */

/**
 * @template Data
 * @typedef {object} Picture
 * @property {(data: Data, send: Send) => void | Promise<void>} show a promise is kept once the picture has its height
 * @property {() => void} [leave] let go of observers, timers and listeners outside the root
 */

/**
 * Streamlit's default export for a picture.
 * @template Data
 * @param {(root: HTMLElement) => Picture<Data>} make
 * @param {{ grows?: boolean }} [options] with `grows` false it sees to its size on a projector itself
 * @returns {(call: Call) => () => void}
 */
export function mounted(make, { grows = true } = {}) {
  /** @type {WeakMap<HTMLElement, Picture<Data>>} */
  const pictures = new WeakMap();
  /** @type {WeakMap<HTMLElement, () => void>} */
  const growths = new WeakMap();
  /** @type {WeakMap<HTMLElement, Send>} */
  const senders = new WeakMap();
  return ({ data, parentElement, setTriggerValue }) => {
    const root = /** @type {HTMLElement} */ (parentElement.querySelector(".root"));
    senders.set(root, setTriggerValue);
    tellOfKeys();
    if (!pictures.has(root)) {
      listenForWhy(root, (name, value) => senders.get(root)?.(name, value));
      showTitlesOnTap(root);
      pictures.set(root, make(root));
      const grow = () => grows && growWithType(root);
      growths.set(root, grow);
      window.addEventListener("resize", grow);
    }
    const picture = /** @type {Picture<Data>} */ (pictures.get(root));
    root.lang = document.documentElement.lang = data.lang;
    const grow = /** @type {() => void} */ (growths.get(root));
    grow();
    const place = around(root, PLACE);
    if (data.says) tell(root, data.says);
    Promise.resolve(picture.show(data, setTriggerValue))
      .then(laidOut)
      .then(() => place?.toggleAttribute(DRAWN, true));
    return unmounted(root, () => {
      window.removeEventListener("resize", grow);
      picture.leave?.();
    });
  };
}

/**
 * What a picture shows, in one sentence, for those who do not see it: a screen reader says it when they come to it.
 * Where Python knows the sentence, it is `says` of the picture's data.
 * @param {HTMLElement} root
 * @param {string} sentence
 */
export function tell(root, sentence) {
  set(root, { role: "figure", "aria-label": sentence });
}

/** Kept in the second frame from now: what is drawn in the next one has its height then. */
function laidOut() {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

/**
 * A picture that is drawn anew as a whole: for new data, and for the old ones whenever `watch` says so.
 * @template Data
 * @implements {Picture<Data>}
 */
export class Redrawn {
  /**
   * @param {HTMLElement} root
   * @param {(act: () => void) => () => void} watch calls `act`, until what it returns is called
   */
  constructor(root, watch) {
    this.root = root;
    /** @type {Data | null} */
    this.data = null;
    /** @type {Send} */
    this.send = () => {};
    this.forget = watch(() => this.redraw());
  }

  leave() {
    this.forget();
  }

  /**
   * @param {Data} data
   * @param {Send} send
   */
  show(data, send) {
    this.data = data;
    this.send = send;
    this.redraw();
  }

  /** The same data again; the focus stays on the mark that had it. */
  redraw() {
    const { data } = this;
    if (data) keepFocus(this.root, () => this.draw(data));
  }

  /** @abstract @param {Data} data */
  draw(data) {
    throw new Error(`${this.constructor.name} does not draw ${typeof data}`);
  }
}

/**
 * Streamlit's default export for a picture that keeps nothing: drawn anew for other `data`, and only then, so that
 * a script that runs again takes no button away from under the pointer.
 * @template Data
 * @param {(root: HTMLElement, data: Data, send: Send) => void} draw
 * @returns {(call: Call) => () => void}
 */
export function drawn(draw) {
  return mounted((root) => {
    let before = "";
    /** @type {Send} */
    let latest = () => {};
    return {
      show(/** @type {Data} */ data, send) {
        latest = send;
        const now = JSON.stringify(data);
        if (now === before) return;
        before = now;
        /** @type {Send} */
        const sending = (name, value) => {
          before = ""; // what the reader has moved by hand goes back where the same data come again
          latest(name, value);
        };
        keepFocus(root, () => draw(root, data, sending));
      },
    };
  });
}

/**
 * How many times larger than drawn everything stands: on a projector the type of the page grows (frame/head.css).
 * @returns {number}
 */
export function typeScale() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize) / TYPE;
}

/** @param {HTMLElement} root of a picture: it grows as a whole, so that its own measures stay as they are */
function growWithType(root) {
  root.style.zoom = String(typeScale());
}

/**
 * How much larger a node stands in the window than in its own measures: what a pointer's place is divided by.
 * @param {Element} node
 * @returns {number}
 */
export function zoomOf(node) {
  return node.currentCSSZoom ?? 1;
}

/**
 * Whether every picture of the page stands: their code comes after the page, and until then they take no room.
 * @returns {boolean}
 */
export function arePicturesDrawn() {
  return [...document.querySelectorAll(PLACE)].every((place) => place.hasAttribute(DRAWN));
}

/**
 * The element of the page that holds a picture, found from inside its shadow root.
 * @param {Element} node
 * @param {string} selector
 * @returns {Element | null | undefined}
 */
function around(node, selector) {
  const scope = node.getRootNode();
  const host = scope instanceof ShadowRoot ? scope.host : node;
  return host.closest(selector);
}

/**
 * Height of the window below a node's top, as if the page were not scrolled, in the node's own measure.
 * @param {Element} node
 * @returns {number}
 */
export function roomBelow(node) {
  const top = node.getBoundingClientRect().top + (around(node, '[data-testid="stMain"]')?.scrollTop ?? 0);
  return (window.innerHeight - top) / zoomOf(node);
}

/**
 * Call `act` whenever a node gets wider or narrower, or what stands above it has grown and pushed it down.
 * @param {Element} node
 * @param {() => void} act
 * @returns {() => void} stops watching
 */
export function watchRoom(node, act) {
  let before = "";
  const observer = new ResizeObserver(() => {
    const now = `${Math.floor(node.clientWidth)} ${Math.round(roomBelow(node))}`;
    if (now !== before) act();
    before = now;
  });
  observer.observe(node);
  const column = around(node, '[data-testid="stMainBlockContainer"]');
  if (column) observer.observe(column);
  return () => observer.disconnect();
}

/**
 * Call `act` once the page has taken the colours of another theme.
 * @param {() => void} act
 * @returns {() => void} stops watching
 */
export function watchTheme(act) {
  const theme = window.matchMedia("(prefers-color-scheme: dark)");
  const later = () => setTimeout(act, THEME_SETTLES);
  theme.addEventListener("change", later);
  return () => theme.removeEventListener("change", later);
}
