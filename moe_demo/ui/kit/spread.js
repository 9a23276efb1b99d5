// Labels beside marks that end close together: moved apart so that each can be read. No DOM.

/**
 * Places for labels, in the order given: as near to `wanted` as a distance of `apart` and the ends allow. Where not
 * all find room between the ends, it is the upper end that gives way.
 * @param {readonly number[]} wanted
 * @param {number} apart
 * @param {{ low?: number, high?: number }} [ends]
 * @returns {number[]}
 */
export function spread(wanted, apart, { low = -Infinity, high = Infinity } = {}) {
  const order = wanted.map((place, index) => ({ place, index })).sort((a, b) => a.place - b.place);
  let least = low;
  for (const item of order) {
    item.place = Math.max(item.place, least);
    least = item.place + apart;
  }
  let most = high;
  for (const item of [...order].reverse()) {
    item.place = Math.min(item.place, most);
    most = item.place - apart;
  }
  /** @type {number[]} */
  const places = [];
  for (const { place, index } of order) places[index] = place;
  return places;
}
