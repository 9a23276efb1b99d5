// Load / fair share as a colour: the same scale wherever a load is a tile.

/** Colour of a load: a ramp around its middle at 1; everything from `top` on has the last colour. */
export function loadColour(value, ramp, top) {
  const middle = (ramp.length - 1) / 2;
  const place = value <= 1 ? value * middle : middle + Math.min((value - 1) / (top - 1), 1) * middle;
  const low = Math.min(Math.floor(place), ramp.length - 2), part = place - low;
  const channel = (at) => Math.round(parseInt(ramp[low].slice(at, at + 2), 16) * (1 - part) + parseInt(ramp[low + 1].slice(at, at + 2), 16) * part);
  return `rgb(${channel(1)},${channel(3)},${channel(5)})`;
}
