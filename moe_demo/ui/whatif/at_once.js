// What of a click is known before Python answers: the seat's own state, and the sentence's answer where it was sent.

/**
 * @typedef {import("./picture.types.js").PictureData} PictureData
 * @typedef {PictureData["rows"][number]["seats"][number]["state"]} State
 */

/**
 * The data as they will be, as far as that is known; null where the click is not one on an expert's switch. No DOM.
 * @param {PictureData} data
 * @param {Record<string, unknown>} click as whatif/clicks.py takes it
 * @returns {PictureData | null}
 */
export function atOnce(data, click) {
  const { act, rows, answers, next } = data;
  const isSwitch = act === "off" || act === "silence";
  if (!isSwitch || Object.keys(click).join() !== "layer,expert") return null;
  const { layer, expert } = /** @type {{ layer: number, expert: number }} */ (click);
  const after = next?.[layer][expert] ?? null;
  return {
    ...data,
    rows: rows.map((row, l) => (l === layer ? { ...row, seats: flipped(row.seats, expert, act) } : row)),
    answers:
      answers &&
      answers.map(({ before, after: now }, c) => {
        return { before, after: after ? after[c] : now, low: null, high: null };
      }),
    next: null,
    luck: "",
  };
}

/**
 * @param {PictureData["rows"][number]["seats"]} seats
 * @param {number} expert
 * @param {"off" | "silence"} act
 */
function flipped(seats, expert, act) {
  const switched = /** @type {State} */ (act === "off" ? "off" : "muted");
  const other = (/** @type {State} */ state) => (state === "on" ? switched : "on");
  return seats.map((seat, e) => (e === expert ? { ...seat, state: other(seat.state) } : seat));
}
