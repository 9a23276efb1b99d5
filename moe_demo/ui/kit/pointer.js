// What a pointer looks at: a mouse by hovering over it, a finger by tapping it.
import { el } from "./dom.js";

const FROM_FINGER = 18; // pixels above the finger, which hides what is below it
const MARGIN = 8; // pixels to the edge of the window

/** @param {Event} event a click says of what kind its pointer was, too */
function isTouch(event) {
  return /** @type {PointerEvent} */ (event).pointerType === "touch";
}

/**
 * Call `look` for whatever a mouse hovers over or a finger taps, and `leave` when the mouse goes or the finger taps
 * elsewhere.
 * @param {Element} node
 * @param {(event: PointerEvent) => void} look
 * @param {() => void} leave
 */
export function onLook(node, look, leave) {
  const elsewhere = (/** @type {Event} */ event) => {
    if (event.composedPath().includes(node)) return;
    window.removeEventListener("pointerdown", elsewhere, true);
    leave();
  };
  const seen = (/** @type {Event} */ event) => {
    look(/** @type {PointerEvent} */ (event));
    if (isTouch(event)) window.addEventListener("pointerdown", elsewhere, true);
  };
  node.addEventListener("pointermove", seen);
  node.addEventListener("click", (event) => isTouch(event) && seen(event));
  node.addEventListener("pointerleave", (event) => !isTouch(event) && leave());
}

/**
 * What hovering over a node would say: its title or that of what it is in, within a picture.
 * @param {EventTarget[]} path of an event, from the inside
 * @param {Element} root
 * @returns {string}
 */
export function titleOn(path, root) {
  const inside = path.slice(0, Math.max(path.indexOf(root), 0));
  for (const node of inside) {
    if (!(node instanceof Element)) continue;
    const own = [...node.children].find((child) => child.localName === "title")?.textContent;
    const title = node.getAttribute("title");
    if (own) return own;
    if (title) return node.textContent === title ? "" : title; // nothing that is not read already
  }
  return "";
}

/**
 * Show a tapped node's title beside the finger until the next touch: browsers show titles to a mouse alone.
 * @param {HTMLElement} root of a picture
 */
export function showTitlesOnTap(root) {
  root.addEventListener(
    "click",
    (event) => {
      const title = isTouch(event) ? titleOn(event.composedPath(), root) : "";
      if (!title) return;
      const tip = el("div", { class: "tapped", "aria-hidden": "true" }, title);
      root.after(tip); // the picture may be drawn anew in answer to the same tap
      const most = window.innerWidth - tip.offsetWidth - MARGIN;
      tip.style.left = `${Math.max(Math.min(event.clientX - tip.offsetWidth / 2, most), MARGIN)}px`;
      tip.style.top = `${Math.max(event.clientY - FROM_FINGER - tip.offsetHeight, MARGIN)}px`;
      window.addEventListener("pointerdown", () => tip.remove(), { capture: true, once: true });
    },
    { capture: true },
  );
}
