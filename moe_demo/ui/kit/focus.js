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

/**
 * Make one of the nodes the only one that Tab reaches.
 * @param {Iterable<Element>} nodes
 * @param {Element | null | undefined} stop
 */
export function setTabStop(nodes, stop) {
  for (const node of nodes) node.setAttribute("tabindex", node === stop ? "0" : "-1");
}
