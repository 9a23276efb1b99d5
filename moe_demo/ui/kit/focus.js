// Where the keyboard is: the focused node of a picture, and the one stop that the Tab key makes in a list of marks.

/**
 * The node that has the focus, inside the picture's shadow root too.
 * @param {Node} root
 * @returns {HTMLElement | SVGElement | null}
 */
export function focused(root) {
  const scope = /** @type {Document | ShadowRoot} */ (root.getRootNode());
  return /** @type {HTMLElement | SVGElement | null} */ (scope.activeElement ?? null);
}

/** @param {KeyboardEvent} event */
function byKeys(event) {
  if (event.key === "Tab") document.documentElement.dataset.by = "keys";
}

function byPointer() {
  delete document.documentElement.dataset.by;
}

/** From now on the page says of itself whether its reader goes from one thing to the next by the Tab key. */
export function tellOfKeys() {
  window.addEventListener("keydown", byKeys, { capture: true });
  window.addEventListener("pointerdown", byPointer, { capture: true });
}

/**
 * Make one of the nodes the only one that Tab reaches.
 * @param {Iterable<Element>} nodes
 * @param {Element | null | undefined} stop
 */
export function setTabStop(nodes, stop) {
  for (const node of nodes) node.setAttribute("tabindex", node === stop ? "0" : "-1");
}

/**
 * Draw a picture anew; the focus stays on the mark that had it, by its name (`data-stop`).
 * @param {HTMLElement} root
 * @param {() => void} draw
 */
export function keepFocus(root, draw) {
  const at = focused(root);
  const stop = at && root.contains(at) ? at.dataset.stop : "";
  draw();
  if (!stop) return;
  /** @type {HTMLElement | null} */ (root.querySelector(`[data-stop="${stop}"]`))?.focus({
    preventScroll: true,
  });
}
