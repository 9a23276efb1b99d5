// A picture of the page as one SVG of its own: rectangles, texts and the drawings in it, with the styles they have now.
//
// No <foreignObject>: an editor of drawings opens the file, and a canvas may read it. Texts stay texts, in the fonts of
// the page, so that Chinese is there to be found and changed.

import { gradientStops, lineBreaks, number } from "./svg_parts.js";

const SVG = "http://www.w3.org/2000/svg";
const STYLES = [
  "fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-dasharray stroke-linecap stroke-linejoin",
  "opacity font-family font-size font-weight font-style font-variant-numeric text-anchor dominant-baseline",
  "letter-spacing text-decoration-line text-decoration-style visibility display paint-order clip-path",
]
  .join(" ")
  .split(" ");
const DROPPED = /^(class|style|tabindex|role|lang|data-.*|aria-.*|on.*)$/;
const SIDES = /** @type {const} */ (["Top", "Right", "Bottom", "Left"]);
const HATCH = "hatch-of-the-page";
const MARGIN = 12; // around the picture

/**
 * Where a drawing starts in the window, and what is in it.
 * @typedef {{ x: number, y: number, out: SVGElement, defs: SVGElement, n: number }} Drawing
 */

/**
 * @param {HTMLElement} root of a picture
 * @param {string} title
 * @returns {SVGSVGElement} as wide and high as the picture stands in the window
 */
export function toSvg(root, title) {
  const room = root.getBoundingClientRect();
  const width = Math.ceil(room.width) + 2 * MARGIN;
  const height = Math.ceil(room.height) + 2 * MARGIN;
  const svg = made("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  svg.setAttribute("xmlns", SVG);
  const name = made("title", {});
  name.textContent = title;
  const defs = made("defs", {});
  const ground = { x: 0, y: 0, width, height, fill: groundOf(root) };
  svg.append(name, defs, made("rect", ground));
  const drawing = { x: room.left - MARGIN, y: room.top - MARGIN, out: svg, defs, n: 0 };
  for (const hidden of root.querySelectorAll("svg")) {
    // textures that stand in a drawing of no size, for all others to use
    if (!isSeen(hidden) || !hidden.getBoundingClientRect().width) {
      defs.append(...copied(hidden, drawing).querySelectorAll("defs > *"));
    }
  }
  draw(root, drawing);
  return /** @type {SVGSVGElement} */ (svg);
}

/** @param {Element} node @returns {string} the colour that the page has behind it */
function groundOf(node) {
  return getComputedStyle(node).getPropertyValue("--st-background-color").trim() || "#fff";
}

/** @param {Node} node @param {Drawing} drawing */
function draw(node, drawing) {
  if (node.nodeType === Node.TEXT_NODE) return text(/** @type {Text} */ (node), drawing);
  if (!(node instanceof Element) || !isSeen(node)) return;
  if (node instanceof SVGSVGElement) return drawing.out.append(copied(node, drawing));
  if (node instanceof HTMLCanvasElement) return drawing.out.append(painted(node, drawing));
  if (node instanceof HTMLElement) box(getComputedStyle(node), node.getBoundingClientRect(), drawing);
  const inner = clipped(node, drawing);
  if (node instanceof HTMLElement) boxBefore(node, inner);
  for (const child of node.childNodes) draw(child, inner);
  drawing.n = inner.n;
}

/** @param {Element} node */
function isSeen(node) {
  const style = getComputedStyle(node);
  const isForReaders = style.clipPath.startsWith("inset(50%");
  const isThere = style.display !== "none" && Number(style.opacity) > 0 && !isForReaders;
  return isThere && (node.checkVisibility?.({ visibilityProperty: true }) ?? true);
}

/**
 * The box that a style sheet alone puts into an element (::before), such as the line between two stations.
 * @param {HTMLElement} node its parent @param {Drawing} drawing
 */
function boxBefore(node, drawing) {
  const style = getComputedStyle(node, "::before");
  if (["none", "normal"].includes(style.content) || style.display === "none" || style.position !== "absolute")
    return;
  const parent = node.getBoundingClientRect();
  const [left, top, width, height] = [style.left, style.top, style.width, style.height].map(parseFloat);
  const border = (/** @type {(typeof SIDES)[number]} */ name) =>
    style.boxSizing === "border-box" ? 0 : parseFloat(style[`border${name}Width`]);
  const rect = new DOMRect(
    parent.left + node.clientLeft + left,
    parent.top + node.clientTop + top,
    width + border("Left") + border("Right"),
    height + border("Top") + border("Bottom"),
  );
  box(style, rect, drawing);
}

/**
 * Ground and border of an element.
 * @param {CSSStyleDeclaration} style @param {DOMRect} rect @param {Drawing} drawing
 */
function box(style, rect, drawing) {
  const place = { x: number(rect.left - drawing.x), y: number(rect.top - drawing.y) };
  const size = {
    width: number(rect.width),
    height: number(rect.height),
    rx: number(parseFloat(style.borderTopLeftRadius) || 0),
  };
  if (!rect.width || !rect.height) return;
  if (!isClear(style.backgroundColor)) {
    drawing.out.append(made("rect", { ...place, ...size, fill: style.backgroundColor }));
  }
  if (style.backgroundImage.includes("repeating-linear-gradient")) {
    hatch(drawing.defs, style.color);
    drawing.out.append(made("rect", { ...place, ...size, fill: `url(#${HATCH})` }));
  }
  const stops = gradientStops(style.backgroundImage);
  if (stops.length) {
    drawing.n += 1;
    const ramp = made("linearGradient", { id: `ramp-${drawing.n}` });
    ramp.append(...stops.map(({ offset, colour }) => made("stop", { offset, "stop-color": colour })));
    drawing.defs.append(ramp);
    drawing.out.append(made("rect", { ...place, ...size, fill: `url(#ramp-${drawing.n})` }));
  }
  const borders = SIDES.map((name) => ({
    name,
    width: style[`border${name}Style`] === "none" ? 0 : parseFloat(style[`border${name}Width`]),
    colour: style[`border${name}Color`],
  }));
  const [first] = borders;
  if (borders.every(({ width, colour }) => width === first.width && colour === first.colour)) {
    if (!first.width || isClear(first.colour)) return;
    const half = first.width / 2;
    const inner = { x: number(place.x + half), y: number(place.y + half) };
    const inset = {
      width: number(Math.max(rect.width - first.width, 0)),
      height: number(Math.max(rect.height - first.width, 0)),
    };
    const line = { fill: "none", stroke: first.colour, "stroke-width": first.width };
    drawing.out.append(made("rect", { ...inner, ...inset, rx: size.rx, ...line }));
    return;
  }
  for (const border of borders)
    if (border.width && !isClear(border.colour)) side(border, place, rect, drawing);
}

/**
 * One side of a border, as the rectangle that it is.
 * @param {{ name: string, width: number, colour: string }} border
 * @param {{ x: number, y: number }} place @param {DOMRect} rect @param {Drawing} drawing
 */
function side({ name, width, colour }, { x, y }, rect, drawing) {
  const isFlat = name === "Top" || name === "Bottom";
  drawing.out.append(
    made("rect", {
      x: number(name === "Right" ? x + rect.width - width : x),
      y: number(name === "Bottom" ? y + rect.height - width : y),
      width: number(isFlat ? rect.width : width),
      height: number(isFlat ? width : rect.height),
      fill: colour,
    }),
  );
}

/** @param {string} colour */
function isClear(colour) {
  return colour === "transparent" || /,\s*0\)$|\/\s*0\)$/.test(colour);
}

/** @param {SVGElement} defs @param {string} colour */
function hatch(defs, colour) {
  if (defs.querySelector(`#${HATCH}`)) return;
  const size = { width: 4, height: 4, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  const pattern = made("pattern", { id: HATCH, ...size });
  pattern.append(made("rect", { width: 1, height: 4, fill: colour, "fill-opacity": 0.5 }));
  defs.append(pattern);
}

/**
 * What is drawn inside of an element: cut off where it lets nothing out, as a part that scrolls does.
 * @param {Element} node @param {Drawing} drawing
 * @returns {Drawing}
 */
function clipped(node, drawing) {
  const style = getComputedStyle(node);
  if (style.overflowX === "visible" && style.overflowY === "visible" && style.opacity === "1") return drawing;
  const group = made("g", {});
  if (style.opacity !== "1") group.setAttribute("opacity", style.opacity);
  const next = { ...drawing, out: group };
  drawing.out.append(group);
  if (style.overflowX === "visible" && style.overflowY === "visible") return next;
  next.n += 1;
  const id = `part-${next.n}`;
  const rect = node.getBoundingClientRect();
  const place = { x: number(rect.left - drawing.x), y: number(rect.top - drawing.y) };
  const clip = made("clipPath", { id });
  clip.append(made("rect", { ...place, width: number(rect.width), height: number(rect.height) }));
  drawing.defs.append(clip);
  group.setAttribute("clip-path", `url(#${id})`);
  return next;
}

/**
 * A drawing inside the page, at its place, with the styles that it has now.
 * @param {SVGSVGElement} source @param {Drawing} drawing
 */
function copied(source, drawing) {
  const copy = /** @type {SVGSVGElement} */ (source.cloneNode(true));
  const pairs = [source, ...source.querySelectorAll("*")];
  const copies = [copy, ...copy.querySelectorAll("*")];
  pairs.forEach((node, place) => {
    const style = getComputedStyle(node);
    const styled = copies[place];
    for (const { name } of [...styled.attributes]) if (DROPPED.test(name)) styled.removeAttribute(name);
    const said = STYLES.map((name) => [name, style.getPropertyValue(name)]).filter(([, value]) => value);
    const moved = style.transform !== "none" && !node.hasAttribute("transform");
    if (moved) said.push(["transform", style.transform], ["transform-origin", style.transformOrigin]);
    styled.setAttribute("style", said.map(([name, value]) => `${name}:${value}`).join(";"));
  });
  const rect = source.getBoundingClientRect();
  if (!copy.hasAttribute("viewBox")) {
    copy.setAttribute(
      "viewBox",
      `0 0 ${source.clientWidth || rect.width} ${source.clientHeight || rect.height}`,
    );
  }
  const place = { x: number(rect.left - drawing.x), y: number(rect.top - drawing.y) };
  const size = { width: number(rect.width), height: number(rect.height) };
  for (const [name, value] of Object.entries({ ...place, ...size })) copy.setAttribute(name, String(value));
  copy.style.overflow = getComputedStyle(source).overflow === "visible" ? "visible" : "hidden";
  return copy;
}

/** @param {HTMLCanvasElement} canvas @param {Drawing} drawing */
function painted(canvas, drawing) {
  const rect = canvas.getBoundingClientRect();
  const place = { x: number(rect.left - drawing.x), y: number(rect.top - drawing.y) };
  const image = made("image", { ...place, width: number(rect.width), height: number(rect.height) });
  image.setAttribute("href", canvas.toDataURL("image/png"));
  return image;
}

/**
 * A text of the page, line by line.
 * @param {Text} node @param {Drawing} drawing
 */
function text(node, drawing) {
  const parent = node.parentElement;
  if (!node.data.trim() || !parent) return;
  const style = getComputedStyle(parent);
  if (style.visibility !== "visible" || parseFloat(style.fontSize) === 0) return;
  for (const { said, rect } of linesOf(node)) {
    const line = made("text", {
      x: number(rect.left - drawing.x),
      y: number(rect.top - drawing.y + ascent(rect.height, style)),
      fill: style.color,
    });
    const isLined = style.textDecorationLine !== "none";
    const looks = {
      "font-family": style.fontFamily,
      "font-size": style.fontSize,
      "font-weight": style.fontWeight,
      "font-style": style.fontStyle,
      "font-variant-numeric": style.fontVariantNumeric,
      ...(isLined ? { "text-decoration": `${style.textDecorationLine} ${style.textDecorationStyle}` } : {}),
    };
    line.setAttribute(
      "style",
      Object.entries(looks)
        .map(([name, value]) => `${name}:${value}`)
        .join(";"),
    );
    line.textContent = style.textTransform === "uppercase" ? said.toUpperCase() : said;
    drawing.out.append(line);
  }
}

/** @param {Text} node @returns {Array<{ said: string, rect: DOMRect }>} */
function linesOf(node) {
  const range = document.createRange();
  range.selectNodeContents(node);
  const rects = [...range.getClientRects()].filter(({ width }) => width > 0);
  if (!rects.length) return [];
  if (rects.length === 1) return [{ said: tidied(node.data), rect: rects[0] }];
  const tops = Array.from({ length: node.data.length }, (_, place) => {
    range.setStart(node, place);
    range.setEnd(node, place + 1);
    return range.getClientRects()[0]?.top;
  });
  return lineBreaks(tops).map(([begin, end]) => {
    range.setStart(node, begin);
    range.setEnd(node, end);
    return { said: tidied(node.data.slice(begin, end)), rect: range.getBoundingClientRect() };
  });
}

/** @param {string} written */
function tidied(written) {
  return written.replace(/\s+/g, " ").trim();
}

/** @type {CanvasRenderingContext2D | null | undefined} */
let measuring;

/**
 * How far below its top the letters of a line stand.
 * @param {number} height of the line's box @param {CSSStyleDeclaration} style
 */
function ascent(height, style) {
  measuring ??= document.createElement("canvas").getContext("2d");
  if (!measuring) return 0.8 * height;
  measuring.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = measuring.measureText("国x");
  return (height - above - below) / 2 + above;
}

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function made(name, attributes) {
  const node = /** @type {SVGElement} */ (document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}
