// The one component that Streamlit knows of: it fetches the picture a page asks for, with its style, and passes every
// call on. So a picture is a file beside its page and needs no name anywhere else, and what pictures share is fetched
// once for all of them.

import { isHere, parts, unpacked } from "./packed.js";
import { listenForPresses, whenReleased } from "./pressed.js";
import { saveButtons } from "./save.js";
import { unmounted } from "./unmounted.js";

/**
 * @typedef {import("./stage.js").Call} Call
 * @typedef {(call: Call) => (() => void) | void} Show the default export of a picture
 * @typedef {object} Mounted one place on the page
 * @property {Uint8Array} [packed] the newest data
 * @property {Promise<Show>} [show]
 * @property {() => void} [again] shows the newest data once more
 * @property {boolean} [acted] the reader has done something in it since they came
 * @property {boolean} [wentBack] the reader has gone back or forth since they came
 * @property {() => void} [forget] stops listening
 * @property {(() => void) | void} [leave]
 * @property {ReturnType<typeof saveButtons>} [save] the buttons that make a file of it
 */

const LATE = 1000; // ms: nobody waits longer for what is drawn for another address than the browser's

/** @type {WeakMap<ParentNode, Mounted>} */
const places = new WeakMap();

/**
 * The style of a picture, in the place where it is drawn; resolves once it holds, so that nothing is seen without it.
 * @param {ParentNode} parent
 * @param {string} address
 * @returns {Promise<void>}
 */
function styled(parent, address) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    Object.assign(link, { rel: "stylesheet", href: address, onload: resolve, onerror: reject });
    parent.append(link);
  });
}

/**
 * The picture, once its code and its style are there.
 * @param {ParentNode} parent
 * @param {string} picture
 * @returns {Promise<Show>}
 */
async function fetched(parent, picture) {
  const address = new URL(`../${picture}`, import.meta.url).href;
  const [module] = await Promise.all([import(`${address}.js`), styled(parent, `${address}.css`)]);
  return module.default;
}

/**
 * Whether the data of an answer are those of the one before. Streamlit calls again for its own reasons too, such as
 * another theme: then they are the very same object.
 * @param {Uint8Array | undefined} before
 * @param {Uint8Array} now
 * @returns {boolean}
 */
function isRepeated(before, now) {
  if (before === undefined || before === now) return false;
  const [old, other] = [parts(before).body, parts(now).body];
  return old.length === other.length && old.every((byte, place) => byte === other[place]);
}

/** @param {Mounted} mounted @param {Call} call */
async function draw(mounted, call) {
  mounted.packed = call.data;
  const { address, body } = parts(call.data);
  const { picture, data, save } = await unpacked(body);
  mounted.show ??= fetched(call.parentElement, picture);
  const show = await mounted.show;
  if (mounted.wentBack && !isHere(address)) await new Promise((resolve) => setTimeout(resolve, LATE));
  await new Promise((resolve) => whenReleased(() => resolve(null)));
  const isNewest = places.get(call.parentElement) === mounted && mounted.packed === call.data;
  if (!isNewest) return; // the reader has left, or newer data have come
  mounted.wentBack = false;
  const setTriggerValue = (/** @type {string} */ name, /** @type {unknown} */ value) => {
    mounted.acted = true;
    call.setTriggerValue(name, value);
  };
  mounted.again = () => {
    mounted.acted = false;
    mounted.leave = show({ ...call, data, setTriggerValue });
  };
  mounted.again();
  if (save) saving(mounted, call.parentElement, picture).say(save);
}

/**
 * The buttons below a picture, made once.
 * @param {Mounted} mounted
 * @param {ParentNode} parent
 * @param {string} picture
 */
function saving(mounted, parent, picture) {
  if (!mounted.save) {
    mounted.save = saveButtons(parent, picture);
    parent.querySelector(".root")?.after(mounted.save.node);
  }
  return mounted.save;
}

/**
 * A picture shows a click at once, before Python has answered. Where the reader goes back before that, the answer is
 * what the picture had: the same data, of which Streamlit tells nobody. What was on its way for the click may still
 * arrive, before that answer: it is drawn for an address that the reader has left.
 * @param {Mounted} mounted
 * @returns {() => void} stops listening
 */
function undoneByBack(mounted) {
  const undo = () => {
    mounted.wentBack = true;
    if (mounted.acted) mounted.again?.();
  };
  window.addEventListener("popstate", undo);
  return () => window.removeEventListener("popstate", undo);
}

/** @type {Show} */
export default function (call) {
  const parent = call.parentElement;
  const mounted = places.get(parent) ?? {};
  places.set(parent, mounted);
  listenForPresses();
  mounted.forget ??= undoneByBack(mounted);
  if (!isRepeated(mounted.packed, call.data)) draw(mounted, call);
  return unmounted(parent, () => {
    mounted.forget?.();
    mounted.leave?.();
    mounted.save?.node.remove();
    places.delete(parent);
  });
}
