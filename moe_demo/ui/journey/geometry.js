// Where things stand in the journey's canvas, how a vector is coloured, and how its numbers are written.

export const ROW = { article: 104, live: 286 }; // heights of the two rows; the gutter labels in journey.css use the same
export const TOP = 10; // of a chip at rest
export const CHIP = 32;
export const ZONE = { top: 64, bottom: 262 }; // of the live row, where a stage draws
export const COLUMN = { least: 66, most: 150, margin: 6, tail: 104, fewest: 6 };

/** Columns of the canvas: one per word, never narrower than a word can be read; the rest scrolls. */
export function columnsOf(count, visible) {
  const room = (visible - COLUMN.tail - 2 * COLUMN.margin) / count;
  const step = Math.max(COLUMN.least, Math.min(COLUMN.most, room));
  const end = COLUMN.margin + count * step;
  return { step, visible, count, end, width: Math.max(visible, end + COLUMN.tail), x: (i) => COLUMN.margin + step * (i + 0.5) };
}

/** The colour of a signed value: the ends of the ramp are -limit and +limit, its middle is 0. */
export function heat(value, limit, ramp) {
  const place = (Math.max(-1, Math.min(1, limit ? value / limit : 0)) + 1) * 0.5 * (ramp.length - 1);
  const low = Math.min(ramp.length - 2, Math.floor(place));
  return `color-mix(in oklab, ${ramp[low + 1]} ${Math.round((place - low) * 100)}%, ${ramp[low]})`;
}

/** Dark ground asks for a ramp whose middle is dark; the ground's own colour tells which one it is. */
export function isDark(node) {
  const ground = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const [red, green, blue] = (ground.match(/[0-9a-f]{2}/gi) ?? ["ff", "ff", "ff"]).map((pair) => parseInt(pair, 16));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110;
}

/** Three decimals and a real minus sign, for numbers one may want to check. */
export function exact(value) {
  return value === null || value === undefined ? "–" : value.toFixed(3).replace("-", "−");
}

/** [0.123, −0.456, …]: the beginning of a vector. */
export function vectorText(values, count = 3) {
  return `[${values.slice(0, count).map(exact).join(", ")}, …]`;
}

/** A word cut to fit a width; Chinese characters are about as wide as the type is high. */
export function fitted(word, room, size = 15) {
  const widthOf = (char) => (char.codePointAt(0) > 0x2e7f ? size : size * 0.58);
  let used = 0;
  let kept = "";
  for (const char of word) {
    used += widthOf(char);
    if (used > room) return { text: `${kept}…`, width: Math.min(room, used) + size * 0.6 };
    kept += char;
  }
  return { text: kept, width: used };
}
