// A window of the teacher's own beside a presented lesson: the note of the step, what comes next, and a clock.
import { el } from "../kit/dom.js";

const TICK = 1000; // milliseconds
const STYLE = `
  body { font: 20px/1.6 sans-serif; margin: 24px; color-scheme: light dark; }
  h1 { font-size: 22px; margin: 0; } h2 { font-size: 17px; margin: 20px 0 0; opacity: 0.75; } p { margin: 4px 0; }
  .clock { float: right; font-size: 28px; font-variant-numeric: tabular-nums; }`;

/** @type {Window | null} one for all pages of the visit */
let notes = null;
let began = 0;

/** @typedef {import("./lesson_bar.types.js").PictureData} PictureData */

/** @param {number} milliseconds @returns {string} minutes and seconds */
export function elapsed(milliseconds) {
  const seconds = Math.max(Math.floor(milliseconds / 1000), 0);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Open the window, or bring it forward. Keys pressed in it do what they do on the page.
 * @param {PictureData} data
 * @param {(event: KeyboardEvent) => void} key
 */
export function openNotes(data, key) {
  if (!notes || notes.closed) {
    notes = window.open("", "lesson-notes", "width=640,height=560");
    if (!notes) return; // the browser does not let windows open
    began = Date.now();
    notes.document.head.replaceChildren(el("style", {}, STYLE));
    const tick = () => notes && !notes.closed && tellTime(notes);
    notes.setInterval(tick, TICK);
  }
  notes.onkeydown = key;
  notes.focus();
  renewNotes(data, key);
}

/**
 * Show the step that is on show, where the window is open.
 * @param {PictureData} data
 * @param {(event: KeyboardEvent) => void} key of the bar that is on the page now
 */
export function renewNotes(data, key) {
  if (!notes || notes.closed) return;
  const { words } = data;
  notes.onkeydown = key;
  notes.document.title = data.title;
  notes.document.documentElement.lang = data.lang;
  notes.document.body.replaceChildren(
    el("p", { class: "clock" }),
    el("h1", {}, `${data.title} · ${data.place}`),
    el("h2", {}, words.note),
    el("p", {}, data.teacher),
    el("h2", {}, words.coming),
    el("p", {}, data.coming || words.end),
  );
  tellTime(notes);
}

/** @param {Window} open */
function tellTime(open) {
  const clock = open.document.querySelector(".clock");
  const now = new Date();
  const time = [now.getHours(), now.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
  if (clock) clock.textContent = `${time} · ${elapsed(now.getTime() - began)}`;
}
