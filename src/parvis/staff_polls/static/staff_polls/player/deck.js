/* One card on the screen: its place among all, its question, its answers, and the ways out of it. */

import { make } from "../../foundation/js/make.js";
import { drawCard, hintOf, press, pushable } from "./card.js";
import { isTooLong } from "./card-sentence.js";
import { say } from "./words.js";

// Long enough to see what was touched before the card leaves.
const SEEN_MILLISECONDS = 260;

/** The screen of a card. `ways` are what the player does: set, order, back, forward.

    `error` is what the server said of this card's answer. */
export function cardScreen({ card, rank, total, value, order, data, isReviewed, error, ways }) {
  let answer = value;
  let isLeaving = false;
  let accept = null;
  let start = order;

  const way = make("button", { type: "button", class: "btn", onclick: onForward });
  const clear = make(
    "button",
    { type: "button", class: "link-button poll-clear", onclick: clearAnswer },
    say("clear"),
  );
  const area = make("div", { class: "poll-area" });
  const problem = make("p", { class: "poll-problem", id: "problem", role: "alert" }, error ?? "");
  problem.hidden = !error;

  function onOrder(codes) {
    start = codes;
    ways.order(card, codes);
  }

  function onForward() {
    if (isTooLong(answer, data.most)) {
      area.querySelector("textarea").focus();
      return;
    }
    if (accept && answer === undefined) accept();
    ways.forward();
  }

  function set(given, { goesOn = false } = {}) {
    if (isLeaving) return;
    answer = given;
    problem.hidden = true;
    ways.set(card, given);
    if (!goesOn) {
      showWays();
      return;
    }
    isLeaving = true;
    press(area, card, given);
    setTimeout(() => screen.isConnected && ways.forward(), SEEN_MILLISECONDS);
  }

  function showWays() {
    const isAnswered = answer !== undefined;
    clear.hidden = !isAnswered;
    way.classList.toggle("btn-ghost", !isAnswered && !accept);
    if (accept && !isAnswered) way.textContent = say("keepOrder");
    else if (isReviewed) way.textContent = say("toSummary");
    else if (!isAnswered) way.textContent = say("skip");
    else way.textContent = rank === total ? say("finish") : say("next");
  }

  function clearAnswer() {
    answer = undefined;
    ways.set(card, undefined);
    draw();
    heading.focus();
  }

  function draw() {
    const { most, last } = data;
    const drawn = drawCard({ card, value: answer, set, most, last, order: start, onOrder });
    accept = drawn.accept;
    area.replaceChildren(drawn.element);
    showWays();
  }

  const heading = make(
    "h1",
    { id: "question", tabIndex: -1, "aria-describedby": error ? "problem position" : "position" },
    card.text,
  );
  const body = make(
    "div",
    { class: `poll-card poll-card-${card.kind}` },
    heading,
    problem,
    hintOf(card),
    area,
    clear,
  );
  const stage = make("div", { class: "poll-stage" }, body);
  const skip = make(
    "button",
    { type: "button", class: "btn btn-ghost", onclick: ways.forward },
    say("skip"),
  );
  const screen = make(
    "section",
    { class: "poll-screen", "aria-labelledby": "question" },
    make(
      "div",
      { class: "poll-progress" },
      make("p", { id: "position", class: "muted" }, say("position", { rank, total })),
      make("progress", { max: total, value: rank - 1, "aria-hidden": "true" }),
    ),
    stage,
    make(
      "div",
      { class: "poll-ways" },
      rank > 1 && !isReviewed
        ? make("button", { type: "button", class: "btn btn-ghost", onclick: ways.back }, say("back"))
        : make("span"),
      card.kind === "ranking" && value === undefined && !isReviewed ? skip : null,
      way,
    ),
  );

  draw();
  if (card.kind === "agree") pushable(body, stage, set);
  return { screen, heading };
}
