// The panel over a picture: its table or its keys, one key or one button away.
import { el } from "./dom.js";
import { focused } from "./focus.js";

/** @typedef {"table" | "help"} Kind */

export class Panel {
  /**
   * @param {HTMLElement} root of the picture
   * @param {Record<Kind, () => Node[]>} contents made anew whenever it opens
   * @param {{ buttonClass?: string }} [look]
   */
  constructor(root, contents, { buttonClass = "" } = {}) {
    this.root = root;
    this.contents = contents;
    /** @type {HTMLElement | SVGElement | null} */
    this.opener = null;
    const button = (/** @type {Kind} */ kind, text = "") =>
      el("button", { type: "button", class: `extra ${buttonClass}`, onclick: () => this.toggle(kind) }, text);
    this.buttons = { table: button("table"), help: button("help", "?") };
    this.node = el("div", { class: "panel", hidden: true, tabindex: -1 });
  }

  get isOpen() {
    return !this.node.hidden;
  }

  /**
   * New words for the buttons, and new contents where the panel is open.
   * @param {{ table: string, keys: string }} words
   */
  say(words) {
    this.buttons.table.textContent = words.table;
    this.buttons.help.setAttribute("aria-label", words.keys);
    if (this.isOpen) this.renew();
  }

  renew() {
    const kind = /** @type {Kind} */ (this.node.dataset.kind);
    this.node.replaceChildren(...this.contents[kind]());
  }

  /** @param {Kind} kind open it, or close what is open already */
  toggle(kind) {
    if (this.isOpen && this.node.dataset.kind === kind) return this.close();
    if (!this.node.contains(focused(this.root))) this.opener = focused(this.root);
    this.node.dataset.kind = kind;
    this.node.hidden = false;
    this.expanded();
    this.renew();
    this.node.focus();
  }

  /** Close it and give the focus back. */
  close() {
    if (!this.isOpen) return;
    this.node.hidden = true;
    this.expanded();
    this.opener?.focus();
  }

  expanded() {
    for (const [kind, button] of Object.entries(this.buttons)) {
      button.setAttribute("aria-expanded", String(this.isOpen && this.node.dataset.kind === kind));
    }
  }
}
