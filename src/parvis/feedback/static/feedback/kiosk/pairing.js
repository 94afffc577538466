/* How a tablet becomes a kiosk: the one-time code of the coordinator, typed on large keys. */

import { copyOf, make } from "./dom.js";

// No I, L, O, 0, 1, U: none of these is taken for another.
const KEYS = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 8;

/** Ask for the secret of a new device; throws {message} in the server's words, or {kind}. */
async function pair(url, code) {
  let response;
  let reply;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ code }),
      credentials: "omit",
      signal: AbortSignal.timeout(30_000),
    });
    reply = await response.json();
  } catch {
    throw { kind: "network" };
  }
  if (!response.ok || typeof reply?.secret !== "string") {
    throw { kind: response.status === 429 ? "slow" : "refused", message: reply?.message };
  }
  return reply;
}

/** The pairing screen; `paired(reply)` is called once the server has given a secret. */
export function pairingScreen({ url, waiting, paired }) {
  const screen = make("div", { class: "pairing" }, copyOf("pairing"));
  const boxes = screen.querySelector("[data-boxes]");
  const spoken = screen.querySelector("[data-typed]");
  const error = screen.querySelector("[data-error]");
  const keys = screen.querySelector("[data-keys]");
  const send = screen.querySelector("[data-send]");
  const note = screen.querySelector("[data-queue]");
  note.hidden = !waiting;
  note.querySelector("strong").textContent = waiting;
  let code = "";
  let busy = false;

  function show() {
    boxes.replaceChildren(
      ...Array.from({ length: LENGTH }, (_, rank) =>
        make("span", { class: rank < code.length ? "box full" : "box" }, code[rank] ?? ""),
      ),
    );
    spoken.textContent = [...code].join(" ");
    send.setAttribute("aria-disabled", String(code.length < LENGTH));
  }

  function type(key) {
    if (busy) return;
    if (key === "erase") code = code.slice(0, -1);
    else if (code.length < LENGTH) code += key;
    error.hidden = true;
    show();
  }

  function fail({ kind, message }) {
    error.hidden = false;
    error.textContent = message ?? error.dataset[kind];
  }

  keys.append(
    ...[...KEYS].map((key) =>
      make("button", { type: "button", class: "key", onclick: () => type(key) }, key),
    ),
  );
  screen.querySelector("[data-erase]").addEventListener("click", () => type("erase"));
  send.addEventListener("click", async () => {
    if (busy || code.length < LENGTH) return;
    busy = true;
    send.setAttribute("aria-busy", "true");
    try {
      const reply = await pair(url, code);
      await paired(reply).catch(() => {
        throw { kind: "storage" };
      });
    } catch (problem) {
      fail(problem);
      code = "";
      show();
    }
    busy = false;
    send.removeAttribute("aria-busy");
  });
  screen.addEventListener("keydown", (event) => {
    const key = event.key.toUpperCase();
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (key.length === 1 && KEYS.includes(key)) type(key);
    else if (event.key === "Backspace") type("erase");
  });
  show();
  return screen;
}
