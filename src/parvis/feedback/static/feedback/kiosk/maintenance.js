/* The hidden screen of whoever looks after the kiosk: a long press on the corner, then its name. */

import { copyOf, make } from "./dom.js";
import { modePicker } from "./scanning.js";

const LONG_PRESS_MS = 3_000;

/** Call `open` after a long press on `corner`, or after Escape held as long. */
export function listenForLongPress(corner, open) {
  let timer = null;
  const begin = () => {
    timer ??= setTimeout(() => {
      timer = null;
      open();
    }, LONG_PRESS_MS);
  };
  const end = () => {
    clearTimeout(timer);
    timer = null;
  };
  corner.addEventListener("pointerdown", begin);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
    corner.addEventListener(name, end);
  }
  corner.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => event.key === "Escape" && begin());
  document.addEventListener("keyup", (event) => event.key === "Escape" && end());
}

const plain = (name) => name.trim().split(/\s+/).join(" ").toLocaleLowerCase();

/** The question "which kiosk is this?": its name is written on its back, not on its screen. */
export function nameScreen({ name, opened, closed }) {
  const screen = make("div", { class: "maintenance" }, copyOf("maintenance-name"));
  const form = screen.querySelector("form");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (plain(form.elements.name.value) === plain(name)) opened();
    else screen.querySelector("[data-error]").hidden = false;
  });
  screen.querySelector("[data-close]").addEventListener("click", closed);
  return screen;
}

/** What the kiosk knows of itself. `facts()` resolves to texts by name; `actions` are its buttons. */
export async function maintenanceScreen({ facts, mode, actions }) {
  const screen = make("div", { class: "maintenance" }, copyOf("maintenance"));
  const message = screen.querySelector("[data-message]");

  async function renew() {
    for (const [name, value] of Object.entries(await facts())) {
      const place = screen.querySelector(`[data-fact="${name}"]`);
      if (place) place.textContent = value ?? place.dataset.unknown ?? "–";
    }
  }

  const picker = screen.querySelector("[data-modes]");
  picker.append(modePicker(mode, picker.dataset, actions.scan));
  for (const name of ["send", "unpair", "close"]) {
    const button = screen.querySelector(`[data-action="${name}"]`);
    button?.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      const said = await actions[name]();
      button.removeAttribute("aria-busy");
      message.textContent = (said && message.dataset[said]) ?? "";
      message.hidden = !message.textContent;
      await renew();
    });
  }
  await renew();
  return screen;
}
