/* After the ballot is in the box: thanks, the gauge of all, and what may still be done. */

import { copyOf, make } from "../../foundation/js/make.js";
import { get } from "./server.js";
import { say } from "./words.js";

export function thanksScreen({ data, onChange, onForget }) {
  const heading = make(
    "h1",
    { tabIndex: -1, class: "poll-thanks" },
    copyOf("icon-done"),
    make("span", {}, say("thanks")),
  );
  const gauge = make("section", { class: "card stack stack-tight poll-gauge", hidden: true });
  const screen = make(
    "section",
    { class: "poll-screen" },
    heading,
    make("p", { class: "say" }, say("thanksHint")),
    gauge,
    choice("changeLater", "changeLaterHint", onChange),
    choice("forget", "forgetHint", onForget),
  );
  showGauge(gauge, data);
  return { screen, heading };
}

export function forgottenScreen({ data }) {
  const heading = make("h1", { tabIndex: -1 }, say("forgotten"));
  const gauge = make("section", { class: "card stack stack-tight poll-gauge", hidden: true });
  showGauge(gauge, data);
  return { screen: make("section", { class: "poll-screen" }, heading, gauge), heading };
}

function choice(name, hint, onclick) {
  return make(
    "p",
    { class: "poll-later" },
    make("button", { type: "button", class: "btn btn-ghost", onclick }, say(name)),
    make("small", { class: "muted" }, say(hint)),
  );
}

async function showGauge(section, { addresses }) {
  let state;
  try {
    state = await get(addresses.state);
  } catch {
    // The ballot is in the box all the same: the gauge will be seen another time.
    return;
  }
  const { percent, threshold, milestones } = state;
  const title = make("h2", { id: "gauge-title" }, say("gaugeTitle"));
  const bar = make("progress", { max: 100, value: percent ?? 0, "aria-labelledby": "gauge-title" });
  const isOpen = milestones.some((one) => one.unlocked);
  section.setAttribute("aria-labelledby", "gauge-title");
  section.append(
    title,
    make("p", { class: "say" }, shareInWords(percent, threshold)),
    bar,
    make("ul", { class: "poll-milestones" }, ...milestones.map((one) => line(one, threshold))),
    isOpen
      ? make("p", {}, make("a", { class: "btn", href: addresses.reveal }, say("seeReveal")))
      : make("p", { class: "muted" }, say("tellOthers")),
  );
  section.hidden = false;
}

function shareInWords(percent, threshold) {
  return percent === null ? say("gaugeOpens", { threshold }) : say("gaugeShare", { percent });
}

function line({ text, percent, unlocked }, threshold) {
  const when = unlocked
    ? say("unlocked")
    : percent
      ? say("unlocksAt", { percent })
      : say("unlocksFirst", { threshold });
  return make(
    "li",
    { class: unlocked ? "unlocked" : "" },
    copyOf(unlocked ? "icon-unlocked" : "icon-locked"),
    make("span", {}, make("strong", {}, text), make("br"), when),
  );
}
