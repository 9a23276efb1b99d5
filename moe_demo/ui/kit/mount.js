// The one component that Streamlit knows of: it fetches the picture a page asks for, with its style, and passes every
// call on. So a picture is a file beside its page and needs no name anywhere else, and what pictures share is fetched
// once for all of them.

/**
 * @typedef {import("./stage.js").Call} Call
 * @typedef {(call: Call) => (() => void) | void} Show the default export of a picture
 * @typedef {object} Mounted one place on the page
 * @property {Call} call the newest one; those before the picture has come are not missed
 * @property {Show} [show]
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

/** @param {Mounted} mounted */
function pass(mounted) {
  const { call, show } = mounted;
  mounted.leave = show?.({ ...call, data: call.data.data });
}

/** @type {Show} */
export default function (call) {
  const parent = call.parentElement;
  const known = places.get(parent);
  if (known) {
    known.call = call;
    if (known.show) pass(known);
  } else {
    /** @type {Mounted} */
    const mounted = { call };
    places.set(parent, mounted);
    const address = new URL(`../${call.data.picture}`, import.meta.url).href;
    Promise.all([import(`${address}.js`), styled(parent, `${address}.css`)]).then(([module]) => {
      if (places.get(parent) !== mounted) return; // the reader has left meanwhile
      mounted.show = module.default;
      pass(mounted);
    });
  }
  return () => {
    places.get(parent)?.leave?.();
    places.delete(parent);
  };
}
