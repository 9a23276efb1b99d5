// A click is lost where what it was pressed on is drawn anew before it is let go. So what arrives meanwhile waits.

const CLICKED = "a, button, summary, [role=button], [role=option], [role=tab], [data-stop]";
const LONGEST = 1000; // ms: who holds a button down for longer does not click
const ENDS = ["pointerup", "pointercancel"];

/** @type {Promise<void> | null} kept once what is pressed has been let go and its click has been told */
let pressed = null;

/** @param {Event} event */
function press(event) {
  const isClicked = event.composedPath().some((node) => node instanceof Element && node.matches(CLICKED));
  if (!isClicked || pressed) return;
  pressed = new Promise((resolve) => {
    const end = () => {
      for (const name of ENDS) window.removeEventListener(name, end, { capture: true });
      clearTimeout(timer);
      setTimeout(() => {
        pressed = null;
        resolve();
      });
    };
    const timer = setTimeout(end, LONGEST);
    for (const name of ENDS) window.addEventListener(name, end, { capture: true });
  });
}

/** From now on this page knows what is pressed. */
export function listenForPresses() {
  window.addEventListener("pointerdown", press, { capture: true });
}

/**
 * At once, or once the pointer has let go of what it is pressed on.
 * @param {() => void} draw
 */
export function whenReleased(draw) {
  if (pressed) pressed.then(draw);
  else draw();
}
