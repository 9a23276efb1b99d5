// What the laboratory says in words: values at a step, the state of the run, the table of evaluations, the keys.

import { el, fill, shown } from "../kit/dom.js";
import { indexAt } from "./axis.js";
import { signed } from "./curves.js";
import { isChanged } from "./routes.js";

const NO_TIME_BELOW = 1; // seconds

/** The number of the epoch that step belongs to; 0 before the first step. */
export function epochOf(feed, step) {
  return Math.ceil(step / feed.stepsPerEpoch);
}

export function percent(share) {
  return share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)}%`;
}

/** The last evaluation at or before a step; none where the run has not come so far. */
export function evalAt(feed, step) {
  if (step > feed.step) return null;
  return feed.evals[indexAt(feed.evals.map((e) => e.step), step)] ?? null;
}

/** The last recorded batch at or before a step; -1 where the run has not come so far. */
export function batchAt(feed, step) {
  return step > feed.step ? -1 : indexAt(feed.steps, step);
}

/** Training and held-out value of a run at a step, in words of `say`. */
function pairAt(feed, step, name, say) {
  const i = batchAt(feed, step), values = name === "loss" ? feed.ce : feed.accuracy;
  return { train: say(i < 0 ? null : values[i]), held_out: say(evalAt(feed, step)?.[name] ?? null) };
}

/** One line for the head of loss or accuracy. */
export function readPair(scene, step, name) {
  const { words, feeds } = scene, say = name === "loss" ? shown : percent;
  const pairs = feeds.map((feed) => pairAt(feed, step, name, say));
  if (pairs.length < 2) return fill(words.read_pair, { step, ...pairs[0] });
  return fill(words.read_twin, { step, a_train: pairs[0].train, a_held_out: pairs[0].held_out, b_train: pairs[1].train, b_held_out: pairs[1].held_out });
}

/** One line for the head of the seats of a run: the seat under the pointer, or the two ends. */
export function readSeats(scene, run, step, row) {
  const { words, feeds, layer, mode, data } = scene, feed = feeds[run];
  if (mode === "max_vio") {
    const i = batchAt(feed, step), held = evalAt(feed, step);
    return fill(words.read_max_vio, {
      step, batch: shown(feed.maxVio[layer]?.[i]), batch_floor: shown(feed.batchFloor), held_out: shown(held?.max_vio[layer]), floor: shown(held?.floor),
    });
  }
  const rows = feed[mode][layer] ?? [], i = batchAt(feed, step);
  if (i < 0 || !rows.length) return "";
  const say = (e) => ({ name: scene.expert(run, e).label, value: signed(rows[e][i], mode) + (mode === "load" && rows[e][i] < data.dead_below ? ` ${words.dead}` : "") });
  if (row !== null && row < rows.length) return fill(words.read_seat, { step, expert: say(row).name, value: say(row).value });
  const order = rows.map((_values, e) => e).sort((a, b) => rows[b][i] - rows[a][i]), most = say(order[0]), least = say(order.at(-1));
  return fill(words[`read_${mode}`], { step, most: most.name, most_value: most.value, least: least.name, least_value: least.value });
}

/** One word at one checkpoint: its experts and their gates. */
export function readCell(scene, { run, i, t }) {
  const { routes } = scene.feeds[run], { layer, words } = scene;
  const experts = routes.experts[layer][i][t].map((e, k) => `${scene.expert(run, e).label} ${(routes.gates[layer][i][t][k] / 1000).toFixed(2)}`);
  return fill(words.read_routes, { step: routes.steps[i], word: routes.tokens[t], experts: experts.join(" · ") });
}

/** How many words changed experts at the checkpoint in force. */
export function readChanges(scene, step) {
  const { routes } = scene.feeds[0];
  const i = routes ? indexAt(routes.steps, step) : -1;
  if (i < 0 || !routes.experts[scene.layer]) return "";
  const n = routes.tokens.filter((_word, t) => isChanged(routes, scene.layer, i, t)).length;
  return fill(scene.words.read_changes, { step: routes.steps[i], n });
}

/** The badge of a run: recorded, or what it is doing now. */
export function stateWord(feed, run, words) {
  if (!run.live && (feed.state === "done" || feed.state === null)) return words.badge_recorded;
  return fill(words[`state_${feed.state}`] ?? feed.state ?? "", { n: feed.place });
}

export function progressWords(feed, words, lang) {
  const whole = (n) => Math.round(n).toLocaleString(lang);
  const texts = [fill(words.progress, { step: feed.step, n_steps: feed.nSteps })];
  if (feed.state !== "running") return texts;
  const left = feed.secondsLeft;
  if (left !== null && left !== undefined && left >= NO_TIME_BELOW) {
    texts.push(left < 90 ? fill(words.time_left, { seconds: Math.ceil(left) }) : fill(words.minutes_left, { minutes: Math.ceil(left / 60) }));
  }
  if (feed.tokensPerSecond) texts.push(fill(words.speed, { n: whole(Number(feed.tokensPerSecond.toPrecision(2))) }));
  return texts;
}

export function eventWords(event, words) {
  const plain = (value) => (typeof value === "number" ? String(Number(value.toPrecision(4))) : value ?? "–");
  const what = fill(words[`event_${event.kind}`] ?? event.kind, { from: plain(event.before), to: plain(event.value) });
  return fill(words.event_at, { step: event.step, what });
}

/** Every evaluation of every run as real tables: what the pictures say, for those who read. */
export function labTables(scene) {
  const { words, feeds, data } = scene;
  return feeds.map((feed, run) => {
    const layers = [...Array(feed.nLayers).keys()], name = (layer) => fill(words.layer, { index: layer });
    const heads = [words.col_step, words.col_epoch, words.col_loss, words.col_accuracy, ...layers.map((l) => fill(words.col_max_vio, { layer: name(l) })),
      words.col_floor, ...layers.flatMap((l) => [fill(words.col_least, { layer: name(l) }), fill(words.col_most, { layer: name(l) })])];
    const rows = feed.evals.map((e) => [e.step, epochOf(feed, e.step), shown(e.loss), percent(e.accuracy), ...layers.map((l) => shown(e.max_vio[l])), shown(e.floor),
      ...layers.flatMap((l) => [Math.min(...e.load[l]).toFixed(2), Math.max(...e.load[l]).toFixed(2)])]);
    return el("table", {}, el("caption", {}, fill(words.table_caption, { name: runName(scene, run) || data.runs[run].name })),
      el("thead", {}, el("tr", {}, ...heads.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, ...rows.map(([step, ...cells]) => el("tr", {}, el("th", { scope: "row" }, step), ...cells.map((text) => el("td", {}, text))))));
  });
}

/** "A · name" where there are two runs, nothing where there is one. */
function runName(scene, run) {
  return scene.feeds.length > 1 ? fill(scene.words.run_name, { letter: "AB"[run], name: scene.data.runs[run].name }) : "";
}

export function labKeys(words) {
  const pairs = Object.keys(words).filter((key) => key.startsWith("key.")).map((key) => words[key].split("|"));
  return el("dl", { class: "keys" }, ...pairs.flatMap(([key, meaning]) => [el("dt", {}, key), el("dd", {}, meaning)]));
}
