// The one component that Streamlit knows of: it fetches the picture a page asks for, with its style, and passes every
// call on. So a picture is a file beside its page and needs no name anywhere else, and what pictures share is fetched
// once for all of them.

/**
 * @typedef {import("./stage.js").Call} Call
 * @typedef {(call: Call) => (() => void) | void} Show the default export of a picture
 * @typedef {object} Mounted one place on the page
 * @property {Uint8Array} [packed] the newest data
 * @property {Promise<Show>} [show]
 * @property {(() => void) | void} [leave]
 */

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
 * What Python has packed (kit/picture.py).
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<{ picture: string, data: any }>}
 */
function unpacked(bytes) {
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

/**
 * Whether the data of an answer are those of the one before. Streamlit calls again for its own reasons too, such as
 * another theme: then they are the very same object.
 * @param {Uint8Array | undefined} before
 * @param {Uint8Array} now
 * @returns {boolean}
 */
function isRepeated(before, now) {
  return (
    before !== undefined &&
    before !== now &&
    before.length === now.length &&
    before.every((byte, place) => byte === now[place])
  );
}

/** @param {Mounted} mounted @param {Call} call */
async function draw(mounted, call) {
  mounted.packed = call.data;
  const { picture, data } = await unpacked(call.data);
  mounted.show ??= fetched(call.parentElement, picture);
  const show = await mounted.show;
  const isNewest = places.get(call.parentElement) === mounted && mounted.packed === call.data;
  if (isNewest) mounted.leave = show({ ...call, data }); // else the reader has left, or newer data have come
}

/** @type {Show} */
export default function (call) {
  const parent = call.parentElement;
  const mounted = places.get(parent) ?? {};
  places.set(parent, mounted);
  if (!isRepeated(mounted.packed, call.data)) draw(mounted, call);
  return () => {
    places.get(parent)?.leave?.();
    places.delete(parent);
  };
}
