/* Cards answered on a scale from 0 to ten: a slider, and a guess counted in people.

   Until it is touched, a slider says "no opinion": the place it starts from is nobody's answer. */

import { copyOf, make } from "../../foundation/js/make.js";
import { say } from "./words.js";

function scale({ value, last, set, hint, saidAs, onShow }) {
  const said = (given) => (given === undefined ? hint : saidAs(given));
  const output = make("output", { class: "poll-figure", "aria-hidden": "true" });
  const range = make("input", {
    type: "range",
    min: "0",
    max: String(last),
    step: "1",
    value: String(value ?? Math.round(last / 2)),
    class: "poll-range",
    "aria-labelledby": "question",
  });
  const show = (given) => {
    output.textContent = said(given);
    range.setAttribute("aria-valuetext", said(given));
    range.classList.toggle("is-untouched", given === undefined);
    onShow?.(given);
  };
  const take = () => {
    const given = Number(range.value);
    show(given);
    set(given);
  };
  range.addEventListener("input", take);
  // The middle, where it stands untouched, is an answer as any other once it is pressed. A finger
  // gives a range no click in Chromium.
  range.addEventListener("click", take);
  range.addEventListener("pointerup", take);
  range.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    take();
  });
  show(value);
  return { output, range, take };
}

export function slider({ card, value, last, set }) {
  const { output, range } = scale({
    value,
    last,
    set,
    hint: say("noOpinion"),
    saidAs: (given) => say("outOf", { value: given, last }),
  });
  return make(
    "div",
    { class: "poll-slider" },
    output,
    range,
    make("p", { class: "poll-ends" }, make("span", {}, card.low), make("span", {}, card.high)),
  );
}

/** Ten silhouettes stand up as the figure grows. */
export function guess({ value, last, set }) {
  const people = Array.from({ length: last }, () => make("span", {}, copyOf("icon-person")));
  const { output, range, take } = scale({
    value,
    last,
    set,
    hint: say("noGuess"),
    saidAs: (given) => say("guessed", { value: given }),
    onShow: (given = 0) => {
      for (const [rank, one] of people.entries()) one.classList.toggle("is-counted", rank < given);
    },
  });
  const crowd = make("div", { class: "poll-crowd", "aria-hidden": "true" }, ...people);
  crowd.addEventListener("click", (event) => {
    const rank = people.findIndex((one) => one.contains(event.target));
    if (rank < 0) return;
    range.value = String(rank + 1);
    take();
  });
  return make("div", { class: "poll-slider" }, output, crowd, range);
}
