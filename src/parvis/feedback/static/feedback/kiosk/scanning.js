/* The kiosk by one or two external switches, which a tablet hears as the keys Space and Enter.

   Two switches: Space goes to the next control, Enter chooses it. One switch, whichever key: a press
   starts the frame going from control to control, the next press chooses the one it is on. Text
   fields are passed over: they can be skipped, and a switch does not type. */

import { make } from "./dom.js";

export const MODES = ["none", "two", "one"];
const ROUNDS = 3;

export class Scanning {
  /** `host()` is the element whose controls are gone through. */
  constructor({ host, stepMs = 1_800 }) {
    this.host = host;
    this.stepMs = stepMs;
    this.mode = "none";
    this.timer = null;
    document.addEventListener("keydown", (event) => this.#press(event), { capture: true });
  }

  set(mode) {
    this.mode = MODES.includes(mode) ? mode : "none";
    document.documentElement.dataset.scanning = this.mode;
    this.#halt();
  }

  /** The screen changed: with one switch the frame starts again by itself on a visit's screens. */
  renew(goOn) {
    const wasGoing = this.timer !== null;
    this.#halt();
    if (this.mode === "one" && (wasGoing || goOn)) this.#go();
  }

  get controls() {
    const all = this.host().querySelectorAll("button, a[href], input[type=checkbox]");
    return [...all].filter((one) => !one.disabled && one.offsetParent !== null);
  }

  #press(event) {
    if (this.mode === "none" || (event.key !== " " && event.key !== "Enter")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.repeat) return;
    if (this.mode === "two") {
      if (event.key === " ") this.#next();
      else this.#choose();
      return;
    }
    if (this.timer === null) this.#go();
    else this.#choose();
  }

  #next() {
    const { controls } = this;
    const rank = controls.indexOf(document.activeElement);
    controls[(rank + 1) % controls.length]?.focus();
    document.dispatchEvent(new CustomEvent("kiosk:presence"));
  }

  #choose() {
    if (this.controls.includes(document.activeElement)) document.activeElement.click();
  }

  #go() {
    let steps = this.controls.length * ROUNDS;
    this.#next();
    this.timer = setInterval(() => {
      steps -= 1;
      if (steps > 0) this.#next();
      else this.#halt();
    }, this.stepMs);
  }

  #halt() {
    clearInterval(this.timer);
    this.timer = null;
  }
}

/** The choice of a mode, for the maintenance screen; `names` gives each mode its words. */
export function modePicker(current, names, choose) {
  const buttons = MODES.map((mode) =>
    make(
      "button",
      {
        type: "button",
        class: "key",
        "aria-pressed": String(mode === current),
        onclick: () => {
          choose(mode);
          for (const button of buttons) {
            button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
          }
        },
      },
      names[mode],
    ),
  );
  buttons.forEach((button, rank) => (button.dataset.mode = MODES[rank]));
  return make("div", { class: "choices", role: "group" }, ...buttons);
}
