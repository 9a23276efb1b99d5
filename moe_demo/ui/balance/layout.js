// Where everything in the collapse theatre stands: two panels of curves at the left, one card a run at the right.


export const THEATRE = {
  leastWidth: 940, curves: 0.41, gap: 30, left: 44, right: 40, top: 34, bottom: 34, between: 42, edge: 7,
  cardGap: 12, cardHead: 44, cardFoot: 58, layerGap: 16, layerLabel: 15,
};

const LEAST_SPAN = 0.1; // of an axis

/** Every step at which some run was evaluated: they stand side by side, since they are dense where much happens. */
function theatreSteps(runs) {
  return [...new Set(runs.flatMap((run) => run.steps))].sort((a, b) => a - b);
}

export function theatreLayout(data, width, height) {
  const steps = theatreSteps(data.runs), n = Math.max(steps.length, 2), layers = data.n_layers;
  const curvesWidth = Math.round(width * THEATRE.curves);
  const x0 = THEATRE.left, x1 = curvesWidth - THEATRE.right;
  const usable = height - THEATRE.top - THEATRE.bottom - THEATRE.between;
  const lossHeight = Math.round(usable * 0.56);
  const cardsX = curvesWidth + THEATRE.gap;
  const cardWidth = (width - THEATRE.edge - cardsX - THEATRE.cardGap * (data.runs.length - 1)) / data.runs.length;
  const heatHeight = (height - THEATRE.cardHead - THEATRE.cardFoot - THEATRE.layerLabel * layers
    - THEATRE.layerGap * (layers - 1)) / layers;
  return {
    width, height, steps, x0, x1, n,
    x: (index) => x0 + (index / (n - 1)) * (x1 - x0),
    loss: { top: THEATRE.top, height: lossHeight },
    accuracy: { top: THEATRE.top + lossHeight + THEATRE.between, height: usable - lossHeight },
    cardWidth, heatHeight,
    card: (place) => cardsX + place * (cardWidth + THEATRE.cardGap),
    heatTop: (layer) => THEATRE.cardHead + THEATRE.layerLabel + layer * (heatHeight + THEATRE.layerLabel + THEATRE.layerGap),
    cell: cardWidth / n,
    row: heatHeight / data.n_experts,
  };
}

/** Ends of an axis and its marks: round numbers that hold all values. */
export function axisOf(values, count = 4) {
  if (!values.length) return { from: 0, to: 1, marks: [0, 1], digits: 1 };
  const middle = (Math.min(...values) + Math.max(...values)) / 2; // before the first step all runs stand at one place
  const half = Math.max(Math.max(...values) - middle, LEAST_SPAN / 2);
  const low = middle - half, high = middle + half, span = high - low;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((by) => by * power).find((by) => span / by <= count);
  const from = Math.floor(low / step + 1e-9) * step, to = Math.ceil(high / step - 1e-9) * step;
  const marks = [];
  for (let mark = from; mark <= to + step / 2; mark += step) marks.push(mark);
  return { from, to, marks, digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** Shift end labels apart so that each can be read. */
export function spaced(places, least) {
  const order = places.map((y, index) => ({ y, index })).sort((a, b) => a.y - b.y);
  for (let i = 1; i < order.length; i += 1) order[i].y = Math.max(order[i].y, order[i - 1].y + least);
  const over = order.length ? order.at(-1).y - Math.max(...places, 0) : 0;
  const settled = [];
  order.forEach(({ y, index }) => { settled[index] = y - over / 2; });
  return settled;
}
