// Where the bands of the laboratory stand: a ruler on top, then loss, accuracy, seats and routes, all on one x axis.

const GUTTER_LEFT = 84;
const GUTTER_RIGHT = 128;
export const RULER = 40;
const HEAD = { loss: 24, accuracy: 22, seats: 34, routes: 26 };
const ROW = { least: 13, most: 24, twin: 9 }; // height of a word's row; of each half of it in the twin view
const SEATS_LEAST = 96; // pixels
const CURVES_LEAST = 100;
export const LINES_UP_TO = 8; // experts drawn as lines; more are rows of a heatmap

/** Bands { y, h } for a stage of a width and wished height; `height` is what it takes in the end. */
export function labLayout({ width, height, runs, words }) {
  const isTwin = runs > 1, least = isTwin ? 2 * ROW.twin : ROW.least;
  const heads = HEAD.loss + HEAD.accuracy + HEAD.seats * runs + HEAD.routes + 6;
  const free = Math.max(height - RULER - heads, 0);
  const row = words ? Math.min(Math.max((free * 0.28) / words, least), ROW.most * (isTwin ? 1.4 : 1)) : 0;
  const routes = Math.max(Math.round(row * words), ROW.least * 4);
  const rest = Math.max(free - routes, SEATS_LEAST * runs + CURVES_LEAST);
  const seats = Math.max(Math.round((rest * 0.52) / runs), SEATS_LEAST);
  const curves = rest - seats * runs;
  const bands = {};
  let y = RULER;
  const put = (name, head, h) => {
    bands[name] = { head: y, y: y + head, h };
    y += head + h;
  };
  put("loss", HEAD.loss, Math.round(curves * 0.6));
  put("accuracy", HEAD.accuracy, Math.round(curves * 0.4));
  for (let run = 0; run < runs; run++) put(`seats${run}`, HEAD.seats, seats);
  put("routes", HEAD.routes, routes);
  return { width, height: y + 6, x0: GUTTER_LEFT, x1: width - GUTTER_RIGHT, row: routes / Math.max(words, 1), bands };
}

/** The band that a height of the stage lies in, or null: between them stand the heads. */
export function bandAt(layout, y) {
  return Object.keys(layout.bands).find((name) => {
    const band = layout.bands[name];
    return y >= band.y && y < band.y + band.h;
  }) ?? null;
}
