// Numbers and lines of a picture that is written as SVG.

/**
 * Two decimals of a pixel are enough.
 * @param {number} value
 */
export function number(value) {
  return Math.round(100 * value) / 100;
}

/**
 * Where the lines of a text begin and end, from the top of each of its characters; one that is not drawn, such as the
 * space at the end of a line, has none and stays with the line before it.
 * @param {ReadonlyArray<number | undefined>} tops
 * @returns {Array<[number, number]>} begin and end of each line
 */
export function lineBreaks(tops) {
  /** @type {Array<[number, number]>} */
  const lines = [];
  /** @type {number | undefined} */
  let top;
  tops.forEach((at, place) => {
    const last = lines.at(-1);
    if (at === undefined || (last && top !== undefined && Math.abs(at - top) < 1)) {
      if (last) last[1] = place + 1;
      return;
    }
    top = at;
    lines.push([place, place + 1]);
  });
  return lines;
}

/**
 * The colours of a ramp from left to right, as a style sheet computes them; none of any other image.
 * @param {string} image such as `linear-gradient(to right, rgb(1, 2, 3), rgb(4, 5, 6) 40%)`
 * @returns {Array<{ offset: number, colour: string }>} offsets from 0 to 1
 */
export function gradientStops(image) {
  const [, inner] = /^linear-gradient\((?:to right|90deg), (.*)\)$/.exec(image) ?? [];
  if (!inner) return [];
  const parts = inner.split(/,\s*(?![^(]*\))/);
  return parts.map((part, place) => {
    const [, colour, percent] = /^(.*?)(?:\s+([\d.]+)%)?$/.exec(part) ?? [];
    const even = place / Math.max(parts.length - 1, 1);
    return { offset: percent === undefined ? even : Number(percent) / 100, colour };
  });
}

/**
 * The name of a picture's file: that of its page.
 * @param {string} picture such as `router/picture`
 * @param {"svg" | "png"} kind
 */
export function fileName(picture, kind) {
  return `${picture.split("/")[0]}.${kind}`;
}
