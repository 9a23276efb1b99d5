// Flags on the ruler: what happened to a run at a step, told on hover and focus.
import { el } from "../kit/dom.js";
import { RUN_LETTERS } from "./scene.js";
import { eventWords } from "./words.js";

const FLAG_APART = 16; // events closer than this share one flag

/**
 * @typedef {{ x: number, lines: string[], kind: string }} Flag
 * @typedef {Pick<import("./scene.js").Scene, "axis" | "records" | "words">} Events
 */

/**
 * The flags of all events in view, those close together as one.
 * @param {Events} scene
 * @returns {Flag[]}
 */
export function flagsOf({ axis, records, words }) {
  /** @type {Flag[]} */
  const flags = [];
  const events = records.flatMap((record, run) => record.events.map((event) => ({ ...event, run })));
  for (const event of events.sort((a, b) => a.step - b.step)) {
    const x = axis.x(event.step);
    if (!axis.holds(x)) continue;
    const line = `${records.length > 1 ? `${RUN_LETTERS[event.run]} · ` : ""}${eventWords(event, words)}`;
    const before = flags.at(-1);
    if (before && x - before.x < FLAG_APART) before.lines.push(line);
    else flags.push({ x, lines: [line], kind: event.kind });
  }
  return flags;
}

/**
 * Buttons on the ruler, kept as they are while nothing changes, so that focus stays.
 * @param {HTMLElement} holder
 * @param {Flag[]} flags
 * @param {(tip: { x: number, text: string } | null) => void} tell shows what a flag says, or hides it
 */
export function placeFlags(holder, flags, tell) {
  const signature = JSON.stringify(flags);
  if (holder.dataset.flags === signature) return;
  holder.dataset.flags = signature;
  const buttons = [...holder.querySelectorAll("button")];
  flags.forEach(({ x, lines, kind }, i) => {
    const flag = buttons[i] ?? holder.appendChild(el("button", { type: "button", class: "flag" }));
    flag.style.left = `${x}px`;
    flag.textContent = lines.length > 1 ? `⚑${lines.length}` : "⚑";
    flag.classList.toggle("bad", kind === "diverged");
    flag.setAttribute("aria-label", lines.join("; "));
    flag.onpointerenter = flag.onfocus = () => tell({ x, text: lines.join("\n") });
    flag.onpointerleave = flag.onblur = () => tell(null);
  });
  for (const button of buttons.slice(flags.length)) button.remove();
}
