/* The big screen: counts follow the room, and each step of the session is a new page drawn in the
   place of the last one. Without network, what is shown stays. */

import { follow } from "./following.js";

const CROSS_FADE = "startViewTransition" in document;
const lost = document.getElementById("lost");
const full = document.getElementById("full");
let isTurning = false;

follow(stage().dataset.state, {
  onState: take,
  onLost: (isLost) => {
    lost.hidden = !isLost;
  },
  onRefused: () => {
    lost.hidden = false;
  },
});
offerFullScreen();
stayAwake();
document.addEventListener("visibilitychange", stayAwake);

function stage() {
  return document.getElementById("screen");
}

async function take({ version, present, answers }) {
  if (version > Number(stage().dataset.version)) await turn();
  write("present", present);
  write("answers", answers);
}

function write(id, text) {
  const place = document.getElementById(id);
  if (place && place.textContent !== text) place.textContent = text;
}

/** Ask for the page again and show what it holds. Should it not come, the next turn asks anew. */
async function turn() {
  if (isTurning) return;
  isTurning = true;
  try {
    const response = await fetch(location.pathname, { cache: "no-store", credentials: "omit" });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const next = page.getElementById("screen");
    if (!next) return;
    const replace = () => stage().replaceWith(document.adoptNode(next));
    const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (CROSS_FADE && !isCalm && !document.hidden) {
      await document.startViewTransition(replace).updateCallbackDone;
    } else replace();
  } catch {
    lost.hidden = false;
  } finally {
    isTurning = false;
  }
}

function offerFullScreen() {
  if (!document.fullscreenEnabled) return;
  full.hidden = false;
  full.addEventListener("click", toggle);
  document.addEventListener("keydown", (event) => {
    const isAlone = !event.altKey && !event.ctrlKey && !event.metaKey && !event.repeat;
    if (event.key.toLowerCase() === "f" && isAlone) toggle();
  });
}

function toggle() {
  const asked = document.fullscreenElement
    ? document.exitFullscreen()
    : document.documentElement.requestFullscreen();
  // The browser may say no: the button is still there.
  asked.catch(() => {});
}

/** A projector that goes to sleep in the middle of a vote is a vote lost. */
async function stayAwake() {
  if (document.hidden || !("wakeLock" in navigator)) return;
  try {
    await navigator.wakeLock.request("screen");
  } catch {
    // Refused, on a battery that runs low for one.
  }
}
