// Where everything of the score path stands: columns of the formula, rows of experts, bands of groups.


export const SCORE = { label: 104, head: 44, foot: 20, gap: 5, number: 46, pad: 10 };
export const SHARES = { logit: 1.15, score: 1.05, bias: 0.85, group: 0.9, choice: 1.6, gate: 1.45 };

/** All places for a picture `width` wide whose rows may take `room` in height. */
export function scoreLayout(data, width, room) {
  const ids = Object.keys(SHARES).filter((id) => id !== "group" || data.groups.length);
  const total = ids.reduce((sum, id) => sum + SHARES[id], 0), free = width - SCORE.label;
  const columns = {};
  let x = SCORE.label;
  for (const id of ids) {
    const w = (free * SHARES[id]) / total;
    columns[id] = { id, x, w, bar: x + SCORE.pad, barW: w - SCORE.number - 2 * SCORE.pad, number: x + w - SCORE.pad };
    x += w;
  }
  if (columns.choice) columns.choice.barW -= 30; // room for the rank
  const gaps = Math.max(data.groups.length - 1, 0) * SCORE.gap;
  const row = Math.min(Math.max((room - SCORE.head - SCORE.foot - gaps) / data.rows.length, 19), 46);
  const bottom = SCORE.head + row * data.rows.length + gaps;
  return { width, columns, row, bottom, height: bottom + SCORE.foot, scales: scoreScales(data.scales, columns) };
}

/** One function per column: from a value to its x. */
export function scoreScales(limits, columns) {
  const linear = (column, low, high) => (value) => column.bar + ((value - low) / (high - low)) * column.barW;
  return {
    logit: linear(columns.logit, -limits.logit, limits.logit),
    score: linear(columns.score, 0, 1),
    bias: linear(columns.bias, -limits.bias, limits.bias),
    choice: linear(columns.choice, limits.choice[0], limits.choice[1]),
    gate: linear(columns.gate, 0, limits.gate),
  };
}

/** Top of every expert's row, by seat: in seat order with a gap between groups, or by choice score. */
export function rowTops(data, layout, isSorted) {
  const size = data.groups.length ? data.groups[0].members.length : data.rows.length;
  const gap = data.groups.length ? SCORE.gap : 0;
  return data.rows.map(({ e }) => {
    if (!isSorted) return SCORE.head + e * layout.row + Math.floor(e / size) * gap;
    const place = data.order.indexOf(e);
    return SCORE.head + place * layout.row + (place >= data.top_k ? gap + 3 : 0);
  });
}

/** x and width of a bar from the zero of its scale to a value. */
export function span(scale, value) {
  const zero = scale(0), end = scale(value);
  return { x: Math.min(zero, end), width: Math.max(Math.abs(end - zero), 0) };
}
