// Which words of a page stand on each other: pairs of lines of text that are seen and overlap, and where.
() => {
  const LEAST_WIDTH = 2; // pixels
  const LEAST_SHARE = 0.4; // of the height of the lower line: lines set closely share less

  const lines = [];
  const cut = (a, b) => ({
    left: Math.max(a.left, b.left),
    right: Math.min(a.right, b.right),
    top: Math.max(a.top, b.top),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const width = (box) => box.right - box.left;
  const height = (box) => box.bottom - box.top;

  function note(node, seen) {
    const how = { contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true };
    if (!node.data.trim() || !node.parentElement?.checkVisibility(how)) return;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const line of range.getClientRects()) {
      const box = cut(line, seen);
      if (width(box) > 1 && height(box) > 1)
        lines.push({ ...box, node, text: node.data.trim().slice(0, 24) });
    }
  }

  /** All below a node; `seen` is what scrolling parents leave of it. What floats above the page may cover it. */
  function visit(node, seen) {
    if (node.nodeType === Node.TEXT_NODE) return note(node, seen);
    if (node.nodeType === Node.ELEMENT_NODE) {
      if (node.matches("style, script, template, dialog")) return;
      const style = getComputedStyle(node);
      if (["fixed", "sticky"].includes(style.position) || style.clipPath !== "none" || style.clip !== "auto")
        return;
      if (style.overflowX !== "visible" && style.display !== "inline")
        seen = cut(node.getBoundingClientRect(), seen);
    }
    for (const child of (node.shadowRoot ?? node).childNodes) visit(child, seen);
  }

  const everywhere = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
  visit(document.querySelector('[data-testid="stMain"]').firstElementChild, everywhere);
  lines.sort((a, b) => a.top - b.top);
  return lines.flatMap((a, place) =>
    lines.slice(place + 1).flatMap((b) => {
      if (b.top >= a.bottom || a.node === b.node) return [];
      const shared = cut(a, b);
      const least = LEAST_SHARE * Math.min(height(a), height(b));
      const isOver = width(shared) > LEAST_WIDTH && height(shared) > least;
      return isOver ? [`${a.text} / ${b.text} at ${Math.round(a.left)}, ${Math.round(a.top)}`] : [];
    }),
  );
};
