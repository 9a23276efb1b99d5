// A plotly figure that is updated in place: zoom and hidden legend entries stay. The library is one big file, so it
// is fetched from this server only once a chart comes into view.

import { el } from "./dom.js";

const SETTLE = 300; // milliseconds
const charts = new WeakMap();
let library;

function plotly(address) {
  library ??= new Promise((resolve, reject) => {
    const script = el("script", { src: address, onload: () => resolve(window.Plotly), onerror: reject });
    document.head.append(script);
  });
  return library;
}

/** The figure with the colours of the theme: what a figure leaves open is drawn in the page's own ink. */
function themed(layout, root) {
  const ink = getComputedStyle(root).getPropertyValue("--st-text-color").trim();
  return { ...layout, uirevision: layout.uirevision ?? "kept", font: { ...layout.font, color: ink } };
}

function draw(state) {
  const { root, box, data } = state;
  if (!state.seen || !data) return;
  plotly(data.library)
    .then((Plotly) => Plotly.react(box, data.figure.data, themed(data.figure.layout, root), { responsive: true, displayModeBar: false }))
    .catch(() => box.replaceChildren(el("p", { class: "muted", role: "alert" }, data.words.failed)));
}

function isInView(node) {
  const box = node.getBoundingClientRect();
  return box.bottom > 0 && box.top < window.innerHeight;
}

function start(state) {
  state.seen = true;
  state.watch.disconnect();
  draw(state);
}

function mount(root) {
  const box = el("div", { class: "box", role: "img" });
  const state = { root, box, seen: false };
  state.watch = new IntersectionObserver((entries) => {
    // What stands above may still be growing: look again once it has its height, and let it be drawn first.
    if (entries.some((entry) => entry.isIntersecting)) setTimeout(() => isInView(root) && start(state), SETTLE);
  });
  state.theme = window.matchMedia("(prefers-color-scheme: dark)");
  state.redraw = () => setTimeout(() => draw(state), 100); // Streamlit sets its colours first
  state.theme.addEventListener("change", state.redraw);
  root.replaceChildren(box);
  state.watch.observe(root);
  return state;
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  let state = charts.get(root);
  if (!state) charts.set(root, (state = mount(root)));
  state.data = data;
  root.lang = data.lang;
  state.box.style.height = `${data.figure.layout.height}px`;
  state.box.setAttribute("aria-label", data.label);
  draw(state);
  return () => {
    state.watch.disconnect();
    state.theme.removeEventListener("change", state.redraw);
    window.Plotly?.purge(state.box);
    charts.delete(root);
  };
}
