// The name that the balance page, not yet on the kit, has for a colour of the load's ramp.
import { loadPlace, rampAt, rgb } from "./colour.js";

/** @param {number} value @param {string[]} ramp @param {number} top */
export const loadColour = (value, ramp, top) => rgb(rampAt(ramp, loadPlace(value, top)));
