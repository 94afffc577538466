/* Keeping a page in step with its room: a small file asked for again and again.

   The server says how long to wait; a little more or less of it, so that a room does not ask in one
   voice. Where nothing answers, the page waits longer and longer, and comes back at once when the
   network does or the page is looked at again. */

import { ask, Refused } from "./server.js";

const FIRST_RETRY = 1_000;
const LAST_RETRY = 15_000;
const JITTER = 0.2;
// One file that does not come is nothing to tell anybody.
const FAILURES_TOLD = 2;

/** More or less `milliseconds`, drawn anew each time. */
export function about(milliseconds, jitter = JITTER) {
  return milliseconds * (1 + jitter * (2 * Math.random() - 1));
}

/** How long to wait after so many failures in a row. */
export function patience(failures) {
  return about(Math.min(FIRST_RETRY * 2 ** (failures - 1), LAST_RETRY), 0.5);
}

/** Ask `address` for ever. `onState(state)` each time, the newest known or the same again;
    `onLost(isLost)` when the network goes and comes back; `onRefused(error)` once, and no more.

    `restsUnseen`: nothing is asked while nobody looks. Returns `{ now }`, which asks at once. */
export function follow(address, { onState, onLost, onRefused, restsUnseen = false }) {
  let timer = null;
  let isAsking = false;
  let isOver = false;
  let failures = 0;
  let newest = -1;

  async function turn() {
    clearTimeout(timer);
    if (isAsking || isOver || (restsUnseen && document.hidden)) return;
    isAsking = true;
    let state = null;
    try {
      state = await ask(address);
      failures = 0;
    } catch (error) {
      if (error instanceof Refused) {
        isOver = true;
        onRefused(error);
        return;
      }
      failures += 1;
    } finally {
      isAsking = false;
    }
    timer = setTimeout(turn, state ? about(state.again_ms) : patience(failures));
    if (state) onLost(false);
    else if (failures >= FAILURES_TOLD || !navigator.onLine) onLost(true);
    // Another process of the server may be an instant behind.
    if (state && state.version >= newest) {
      newest = state.version;
      onState(state);
    }
  }

  document.addEventListener("visibilitychange", () => document.hidden || turn());
  window.addEventListener("online", turn);
  window.addEventListener("offline", turn);
  turn();
  return { now: turn };
}
