// What can be looked at and picked, wherever it is drawn.

/** @typedef {{ t?: number, e?: number }} Mark a word, an expert, or the ribbon between them */

/** @param {Element} node @param {boolean} isOn @param {boolean} isPicked */
export function shade(node, isOn, isPicked) {
  node.classList.toggle("dim", !isOn);
  node.classList.toggle("picked", isPicked);
  node.setAttribute("aria-selected", String(isPicked));
}

/**
 * The mark that a node belongs to; a ribbon has both ends.
 * @param {EventTarget | null} target
 * @returns {Mark | null}
 */
export function markOf(target) {
  const node = target instanceof Element ? target.closest("[data-t], [data-e]") : null;
  if (!(node instanceof SVGElement || node instanceof HTMLElement)) return null;
  const { t, e } = node.dataset;
  return { ...(t === undefined ? {} : { t: Number(t) }), ...(e === undefined ? {} : { e: Number(e) }) };
}
