// The ruler above the bands: round steps, checkpoints, events; and the lines that run from it through the picture.

import { el } from "../kit/dom.js";
import { RULER } from "./layout.js";
import { fitText, write } from "./paint.js";
import { eventWords } from "./words.js";

const FLAG_APART = 16; // events closer than this share one flag

export function drawRuler(context, scene) {
  const { ink, axis, feeds, words } = scene;
  write(context, ink, fitText(context, ink, words.steps, axis.x0 - 12, { size: 11 }), axis.x0 - 12, 22, { align: "right", size: 11, muted: true });
  for (const { step, x } of axis.ticks(64)) {
    write(context, ink, String(step), x, 22, { align: "center", size: 11, muted: true });
    vertical(context, ink.text, x, 29, RULER - 4, 0.5);
    vertical(context, ink.text, x, RULER, scene.layout.height, 0.07);
  }
  context.save();
  context.strokeStyle = ink.text;
  context.globalAlpha = 0.5;
  context.beginPath();
  context.moveTo(axis.x0, RULER - 3.5);
  context.lineTo(axis.x1, RULER - 3.5);
  context.stroke();
  context.restore();
  context.save();
  context.fillStyle = ink.primary;
  for (const step of feeds[0].checkpoints) {
    const x = axis.x(step);
    if (x < axis.x0 - 1 || x > axis.x1 + 1) continue;
    context.beginPath(); // a diamond: here the weights were kept
    context.moveTo(x, RULER - 8);
    context.lineTo(x + 3.5, RULER - 3.5);
    context.lineTo(x, RULER + 1);
    context.lineTo(x - 3.5, RULER - 3.5);
    context.fill();
  }
  context.restore();
}

export function vertical(context, color, x, from, to, alpha, dash = [], width = 1) {
  context.save();
  context.strokeStyle = color;
  context.globalAlpha = alpha;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(Math.round(x) + 0.5, from);
  context.lineTo(Math.round(x) + 0.5, to);
  context.stroke();
  context.restore();
}

/** Flags { x, lines } of all events in view, those close together as one. */
export function flagsOf(scene) {
  const { axis, feeds, words } = scene, flags = [];
  const events = feeds.flatMap((feed, run) => feed.events.map((event) => ({ ...event, run })));
  for (const event of events.sort((a, b) => a.step - b.step)) {
    const x = axis.x(event.step), text = `${feeds.length > 1 ? `${"AB"[event.run]} · ` : ""}${eventWords(event, words)}`;
    if (x < axis.x0 - 1 || x > axis.x1 + 1) continue;
    if (flags.length && x - flags.at(-1).x < FLAG_APART) flags.at(-1).lines.push(text);
    else flags.push({ x, lines: [text], kind: event.kind });
  }
  return flags;
}

/** Buttons on the ruler, kept as they are while nothing changes, so that focus stays. */
export function placeFlags(holder, flags, tell) {
  const signature = JSON.stringify(flags);
  if (holder.dataset.flags === signature) return;
  holder.dataset.flags = signature;
  flags.forEach(({ x, lines, kind }, i) => {
    const flag = holder.children[i] ?? holder.appendChild(el("button", { type: "button", class: "flag" }));
    flag.style.left = `${x}px`;
    flag.textContent = lines.length > 1 ? `⚑${lines.length}` : "⚑";
    flag.classList.toggle("bad", kind === "diverged");
    flag.setAttribute("aria-label", lines.join("; "));
    flag.onpointerenter = flag.onfocus = () => tell({ x, text: lines.join("\n") });
    flag.onpointerleave = flag.onblur = () => tell(null);
  });
  while (holder.children.length > flags.length) holder.lastChild.remove();
}
