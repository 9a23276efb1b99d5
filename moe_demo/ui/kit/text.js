// Words: filling the templates of the locale, and shortening what is too long for its place.

/**
 * A text of the locale with its {placeholders} filled; one without a value stays as it is.
 * @param {string} template
 * @param {Record<string, unknown>} [values]
 * @returns {string}
 */
export function fill(template, values = {}) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/**
 * The text, shortened by whole characters until it fits, the mark … included; one character always stays.
 * @param {string} text
 * @param {number} room
 * @param {(text: string) => number} widthOf see `widthIn`
 * @returns {string}
 */
export function shortened(text, room, widthOf) {
  if (widthOf(text) <= room) return text;
  const characters = Array.from(text);
  do characters.pop();
  while (characters.length > 1 && widthOf(`${characters.join("")}…`) > room);
  return `${characters.join("") || Array.from(text)[0]}…`;
}

/** @type {CanvasRenderingContext2D | null | undefined} */
let measuring;

/**
 * A function from a text to its width in pixels in a CSS font ("500 14px sans-serif").
 * @param {string} font
 * @returns {(text: string) => number}
 */
export function widthIn(font) {
  return (text) => {
    measuring ??= document.createElement("canvas").getContext("2d");
    if (!measuring) return 0;
    measuring.font = font;
    return measuring.measureText(text).width;
  };
}

/**
 * The same in the type of a node, for any size; before a class no type is smaller than `--least-type`.
 * @param {Element} node
 * @param {number} [weight]
 * @returns {(size: number) => (text: string) => number}
 */
export function measureIn(node, weight = 400) {
  const style = getComputedStyle(node);
  const least = parseFloat(style.getPropertyValue("--least-type")) || 0;
  return (size) => widthIn(`${weight} ${Math.max(size, least)}px ${style.fontFamily}`);
}

/**
 * Press a drawn text together where it is too long for its place.
 * @param {SVGTextElement} text
 * @param {number} room
 */
export function fitInto(text, room) {
  text.removeAttribute("textLength");
  if (text.getComputedTextLength() <= room) return;
  text.setAttribute("textLength", String(room));
  text.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

/**
 * A template of the locale as a list of texts and of whatever its {placeholders} are replaced by; those that are made
 * by a function are made anew wherever the template has them.
 * @template Piece
 * @param {string} template
 * @param {Record<string, Piece | Piece[] | (() => Piece)>} values
 * @returns {(Piece | string)[]}
 */
export function pieces(template, values) {
  return template
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .flatMap((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      const value = name === undefined ? part : (values[name] ?? part);
      return value instanceof Function ? value() : value;
    });
}
