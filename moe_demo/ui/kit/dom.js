// Building HTML and SVG. Text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {"svg" | "g" | "path" | "rect" | "circle" | "line" | "text" | "tspan" | "defs" | "pattern" | "title"
 *   | "polygon" | "clipPath"} SvgName
 * @typedef {Node | string | number | null | undefined} Child
 */

const SVG_NAMES = new Set(
  "svg g path rect circle line text tspan defs pattern title polygon clipPath".split(" "),
);

/**
 * A new element: el("rect", { x: 1, class: "track" }, child, "some text"). Attributes that are null, undefined or
 * false are left out; those that start with "on" are handlers.
 * @template {SvgName | keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, any>} [attributes]
 * @param {...Child} children
 * @returns {Name extends SvgName ? SVGElementTagNameMap[Name]
 *   : Name extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[Name] : never}
 */
export function el(name, attributes = {}, ...children) {
  /** @type {any} */
  const node = SVG_NAMES.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith("on")) node[key] = value;
    else if (key.startsWith("aria-"))
      node.setAttribute(key, String(value)); // "false" is a value there
    else if (value !== false) node.setAttribute(key, value === true ? "" : String(value));
  }
  for (const child of children) {
    if (child !== null && child !== undefined) node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/**
 * Set attributes of a node that is there already.
 * @param {Element} node
 * @param {Record<string, unknown>} attributes
 */
export function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
}
