// What Python sends to a picture (kit/picture.py): the address it was drawn for, a zero byte, and what to draw.

/**
 * @typedef {Record<string, string>} Address the parameters, each once
 */

const STREAMLITS_OWN = ["embed", "embed_options"]; // Python does not see them

/**
 * @param {Uint8Array} bytes
 * @returns {{ address: Address, body: Uint8Array<ArrayBuffer> }}
 */
export function parts(bytes) {
  const end = bytes.indexOf(0);
  const address = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
  return { address, body: /** @type {Uint8Array<ArrayBuffer>} */ (bytes.subarray(end + 1)) };
}

/**
 * @param {Uint8Array<ArrayBuffer>} body
 * @returns {Promise<{ picture: string, data: any, save?: import("./save.js").SaveWords }>}
 */
export function unpacked(body) {
  return new Response(new Blob([body]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

/**
 * Whether the browser is at an address: of a parameter that stands there twice, the last counts, as in Python.
 * @param {Address} address
 * @returns {boolean}
 */
export function isHere(address) {
  const here = Object.fromEntries(new URLSearchParams(location.search));
  for (const name of STREAMLITS_OWN) delete here[name];
  const sorted = (/** @type {Address} */ params) => JSON.stringify(Object.entries(params).sort());
  return sorted(here) === sorted(address);
}
