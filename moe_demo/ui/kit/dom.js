// Small helpers for building HTML and SVG. Text always goes in by textContent.

const SVG_NAMES = new Set([
  "svg", "g", "path", "rect", "circle", "line", "text", "tspan", "defs", "pattern", "title", "polygon", "clipPath",
]);

/** A new element: el("rect", { x: 1, class: "seat" }, child, "some text"). */
export function el(name, attributes = {}, ...children) {
  const node = SVG_NAMES.has(name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith("on")) node[key] = value;
    else if (key.startsWith("aria-")) node.setAttribute(key, String(value)); // "false" is a value there
    else if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) {
    if (child !== null && child !== undefined) node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

/** A text of the locale with its {placeholders} filled. */
export function fill(template, values = {}) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** A number for people: two decimals, three where it is small. */
export function shown(value) {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) < 0.1 && value !== 0 ? value.toFixed(3) : value.toFixed(2);
}

/** Height of the window below a node's top, as if the page were not scrolled. */
export function roomBelow(node) {
  const scroller = node.getRootNode().host?.closest('[data-testid="stMain"]');
  return window.innerHeight - node.getBoundingClientRect().top - (scroller?.scrollTop ?? 0);
}

/** Call `act` whenever a node gets wider or narrower, or what stands above it has grown and pushed it down. */
export function watchRoom(node, act) {
  let before = "";
  const observer = new ResizeObserver(() => {
    const now = `${Math.floor(node.clientWidth)} ${Math.round(roomBelow(node))}`;
    if (now !== before) act();
    before = now;
  });
  observer.observe(node);
  const column = node.getRootNode().host?.closest('[data-testid="stMainBlockContainer"]');
  if (column) observer.observe(column);
  return observer;
}
