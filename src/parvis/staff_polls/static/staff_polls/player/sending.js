/* Sending a ballot until the server has it, and saying truly where things stand. */

import { make } from "../../foundation/js/make.js";
import { ballotOf, collect } from "./collecting.js";
import { post, Refused, Unreachable } from "./server.js";
import { say } from "./words.js";

const DELAYS_SECONDS = [3, 6, 12, 24, 48, 60];

/** `onSent()` after the 202, `onRefused(error)` for a no; the network is waited for. */
export function sendingScreen({ data, record, keep, keeps, onSent, onRefused, onBack }) {
  const heading = make("h1", { tabIndex: -1 }, say("sending"));
  const told = make("p", { class: "say", role: "status" });
  const wait = make("progress", { "aria-labelledby": "sending" });
  heading.id = "sending";
  const again = make("button", { type: "button", class: "btn" }, say("tryNow"));
  const back = make(
    "button",
    { type: "button", class: "btn btn-ghost", onclick: leave },
    say("backToSummary"),
  );
  const ways = make("p", { class: "actions", hidden: true }, again, back);
  const screen = make("section", { class: "poll-screen poll-sending" }, heading, wait, told, ways);
  let timer = null;
  let isOver = false;
  let isAsking = false;
  let attempts = 0;

  function leave() {
    stop();
    onBack();
  }

  function stop() {
    isOver = true;
    clearTimeout(timer);
    window.removeEventListener("online", attempt);
  }

  async function attempt() {
    if (isAsking || isOver) return;
    clearTimeout(timer);
    isAsking = true;
    wait.hidden = false;
    if (attempts) told.textContent = `${kept()} ${say("noNetworkNow")}`;
    try {
      await collect(record, data, keep);
      await post(data.addresses.ballot, ballotOf(record));
    } catch (error) {
      isAsking = false;
      if (isOver) return;
      if (error instanceof Unreachable) waitALittle();
      else {
        stop();
        onRefused(error instanceof Refused ? error : new Refused(422, {}));
      }
      return;
    }
    stop();
    onSent();
  }

  function kept() {
    return keeps ? say("kept") : say("keptInPage");
  }

  function waitALittle() {
    const seconds = DELAYS_SECONDS[Math.min(attempts, DELAYS_SECONDS.length - 1)];
    attempts += 1;
    wait.hidden = true;
    told.textContent = `${kept()} ${say("noNetwork", { seconds })}`;
    ways.hidden = false;
    timer = setTimeout(attempt, seconds * 1000);
  }

  again.addEventListener("click", attempt);
  window.addEventListener("online", attempt);
  attempt();
  return { screen, heading, stop };
}
