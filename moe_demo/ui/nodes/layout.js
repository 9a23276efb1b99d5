// Where everything stands on the board: words on the left, nodes with their experts on the right. No DOM.

export const SQUARE = 22;
const WORD = 27; // the least from one word to the next
const EDGE = 6;
const GAP = 8; // between nodes
const HEAD = { broad: 28, narrow: 46 }; // of a node: its name and its counts, in one line or two
const BROAD = 250; // a node that is broader has its experts side by side, with their counts below
const IN_A_ROW = 4;
const ROW = { broad: 56, narrow: 27 };

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {object} Layout
 * @property {number} height
 * @property {boolean} isBroad whether experts stand side by side
 * @property {{ room: number, y: number[] }} words how wide they may be, and the middle of each
 * @property {{ x: number, y: number, width: number, height: number, port: Point }[]} nodes
 * @property {Map<number, Point>} experts the middle of each square
 */

/**
 * @param {number} width in pixels
 * @param {number} nWords
 * @param {readonly (readonly number[])[]} experts of each node
 * @returns {Layout}
 */
export function layout(width, nWords, experts) {
  const boxWidth = Math.min(330, width * 0.44);
  const isBroad = boxWidth >= BROAD;
  const columns = isBroad ? IN_A_ROW : 1;
  const row = isBroad ? ROW.broad : ROW.narrow;
  const head = isBroad ? HEAD.broad : HEAD.narrow;
  const heights = experts.map((own) => head + Math.ceil(own.length / columns) * row + EDGE);
  const right = heights.reduce((sum, one) => sum + one, 0) + GAP * (heights.length - 1);
  const height = Math.max(right + 2, nWords * WORD + 2 * EDGE);
  const x = width - boxWidth - 1;
  let y = (height - right) / 2;
  /** @type {Layout["experts"]} */
  const places = new Map();
  const nodes = experts.map((own, n) => {
    const portY = isBroad ? y + head + 4 : y + (head + heights[n]) / 2;
    const box = { x, y, width: boxWidth, height: heights[n], port: { x: x + 14, y: portY } };
    own.forEach((e, i) => {
      const column = i % columns;
      const top = y + head + Math.floor(i / columns) * row;
      if (isBroad) places.set(e, { x: x + boxWidth * (0.19 + 0.23 * column), y: top + 23 });
      else places.set(e, { x: x + boxWidth * 0.42, y: top + row / 2 });
    });
    y += heights[n] + GAP;
    return box;
  });
  const step = (height - 2 * EDGE) / nWords;
  const words = {
    room: Math.min(150, width * 0.25),
    y: Array.from({ length: nWords }, (_, t) => EDGE + (t + 0.5) * step),
  };
  return { height, isBroad, words, nodes, experts: places };
}

/**
 * A line that leaves and arrives level.
 * @param {Point} from
 * @param {Point} to
 * @returns {string}
 */
export function ribbon(from, to) {
  const middle = (from.x + to.x) / 2;
  return `M${from.x},${from.y} C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
}

/**
 * The way inside a node: from above where experts stand side by side, else from the left.
 * @param {Point} port
 * @param {Point} expert
 * @param {boolean} isBroad
 * @returns {string}
 */
export function fan(port, expert, isBroad) {
  if (!isBroad) return ribbon(port, { x: expert.x - SQUARE / 2, y: expert.y });
  return `M${port.x},${port.y} C${expert.x},${port.y} ${expert.x},${port.y} ${expert.x},${expert.y - SQUARE / 2}`;
}
