// Where everything stands: pure functions from data and size to coordinates, no drawing.

export const ROW = { token: 22, seat: 22, seatMax: 46, groupGap: 10, band: 30, gap: 10 };
const FEED = 16; // px left of the words, for the line that takes all of them to the shared experts
const GATE_WIDTH = 30; // px of ribbon for a gate of 1, unless the rows are too narrow for it

let measuring;
/** Width in px of a text in a CSS font. */
function textWidth(text, font) {
  measuring ??= document.createElement("canvas").getContext("2d");
  measuring.font = font;
  return measuring.measureText(text).width;
}

/** The text, shortened to fit, by whole characters. */
export function shortened(text, width, font) {
  if (textWidth(text, font) <= width) return text;
  const characters = Array.from(text);
  while (characters.length > 1 && textWidth(characters.join("") + "…", font) > width) characters.pop();
  return characters.join("") + "…";
}

/** Columns and rows of the whole picture. */
export function flowLayout(data, width, room, family) {
  const nTokens = data.tokens.length, nExperts = data.experts.length;
  const groupGaps = (data.groups - 1) * ROW.groupGap;
  const band = data.shared.length ? ROW.band + ROW.gap : 0;
  const seatsHeight = Math.max(room - band, nExperts * ROW.seat + groupGaps); // on the first screen, however long the text
  const height = Math.max(seatsHeight, nTokens * ROW.token);
  const tokenRow = height / nTokens;
  const tokenFont = tokenRow >= 30 ? 16 : tokenRow >= 24 ? 15 : 14;
  const font = `500 ${tokenFont}px ${family}`;
  const widest = Math.max(...data.tokens.map((token) => textWidth(token.text, font)));
  const tokenWidth = Math.min(Math.max(widest + 28, 76), width * 0.17);
  const tokenX = data.shared.length ? FEED : 1;
  const resultWidth = Math.min(Math.max(width * 0.21, 190), 300);
  const resultX = width - resultWidth;
  const seatsEnd = resultX - (data.groups > 1 ? 84 : 60);
  const seatX = tokenX + tokenWidth + Math.max((seatsEnd - tokenWidth) * 0.5, 150);
  const layout = {
    width, height, seatsHeight, tokenRow, tokenFont, font, tokenX, tokenWidth, resultX, resultWidth, seatX, seatsEnd,
    wordsX: seatX + 84, wordsWidth: seatsEnd - (seatX + 88),
    bandY: height + ROW.gap, total: height + band + 1,
  };
  layout.tokens = data.tokens.map((token, t) => tokenPlace(token, t, layout));
  layout.seats = data.experts.map((_, e) => seatPlace(e, data, layout, groupGaps));
  return layout;
}

function tokenPlace(token, t, layout) {
  const height = Math.min(layout.tokenRow - 3, 38);
  const y = (t + 0.5) * layout.tokenRow;
  return { y, top: y - height / 2, height, text: shortened(token.text, layout.tokenWidth - 24, layout.font) };
}

function seatPlace(e, data, layout, groupGaps) {
  const few = data.experts.length <= 8;
  const row = Math.min((layout.seatsHeight - groupGaps) / data.experts.length, few ? 130 : ROW.seatMax);
  const used = row * data.experts.length + groupGaps;
  const group = Math.floor(e / (data.experts.length / data.groups));
  const top = (layout.seatsHeight - used) / 2 + e * row + group * ROW.groupGap + 1.5;
  const height = Math.min(row - 3, few ? 72 : 40);
  const shifted = top + (row - 3 - height) / 2;
  return { top: shifted, height, y: shifted + height / 2, group };
}

/** One ribbon per assignment of a layer: { t, e, k, gate, width, path }. */
export function ribbonPlaces(layer, layout) {
  const perToken = layer.gates.map((gates) => gates.reduce((sum, gate) => sum + gate, 0));
  const scale = Math.min(GATE_WIDTH, (0.86 * layout.tokenRow) / Math.max(...perToken, 0.01));
  const ribbons = layer.experts.flatMap((experts, t) =>
    experts.map((e, k) => ({ t, e, k, gate: layer.gates[t][k], width: Math.max(layer.gates[t][k] * scale, 1.2) })));
  stack(ribbons, "t", "e", "from", (t) => layout.tokens[t].y, () => Infinity);
  stack(ribbons, "e", "t", "to", (e) => layout.seats[e].y, (e) => layout.seats[e].height - 4);
  for (const ribbon of ribbons) ribbon.path = ribbonPath(ribbon, layout);
  return ribbons;
}

/** Put the ends of all ribbons at one place side by side, pressed together where there is no room. */
function stack(ribbons, place, other, end, centre, room) {
  const byPlace = Map.groupBy(ribbons, (ribbon) => ribbon[place]);
  for (const [where, ends] of byPlace) {
    ends.sort((a, b) => a[other] - b[other]);
    const total = ends.reduce((sum, ribbon) => sum + ribbon.width, 0);
    const press = Math.min(1, room(where) / total);
    let y = centre(where) - (total * press) / 2;
    for (const ribbon of ends) {
      ribbon[end] = y + (ribbon.width * press) / 2;
      y += ribbon.width * press;
    }
  }
}

function ribbonPath(ribbon, layout) {
  const x0 = layout.tokenX + layout.tokenWidth + 3, x1 = layout.seatX - 2, bend = (x1 - x0) * 0.5;
  return `M${x0},${ribbon.from} C${x0 + bend},${ribbon.from} ${x1 - bend},${ribbon.to} ${x1},${ribbon.to}`;
}
