/* One card on the screen: its place among all, its question, its answers, and the ways out of it. */

import { make } from "../../foundation/js/make.js";
import { agree, multiple, single, smiley } from "./card-choices.js";
import { ranking } from "./card-ranking.js";
import { guess, slider } from "./card-scales.js";
import { isTooLong, sentence } from "./card-sentence.js";
import { swipeable } from "./swipe.js";
import { say } from "./words.js";

const DRAWN = { agree, smiley, single, multiple, slider, guess, sentence };
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
    for (const button of area.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", "false");
    }
    pressedFor(given)?.setAttribute("aria-pressed", "true");
    setTimeout(() => screen.isConnected && ways.forward(), SEEN_MILLISECONDS);
  }

  function pressedFor(given) {
    const buttons = [...area.querySelectorAll("[aria-pressed]")];
    const values = { agree: [0, 2, 1], smiley: [0, 1, 2, 3] }[card.kind] ??
      card.options.map(({ code }) => code);
    return buttons[values.indexOf(given)];
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
    const shown = { card, value: answer, set, most: data.most, last: data.last };
    if (card.kind === "ranking") {
      const made = ranking({ ...shown, order: start, onOrder });
      accept = made.accept;
      area.replaceChildren(made.element);
    } else {
      area.replaceChildren(DRAWN[card.kind](shown));
    }
    showWays();
  }

  const heading = make(
    "h1",
    { id: "question", tabIndex: -1, "aria-describedby": error ? "problem position" : "position" },
    card.text,
  );
  const hints = { agree: "agreeHint", slider: "sliderHint", guess: "guessHint" };
  const hint = say(hints[card.kind] ?? `${card.kind}Hint`);
  const body = make(
    "div",
    { class: `poll-card poll-card-${card.kind}` },
    heading,
    problem,
    hint
      ? make(
          "p",
          { class: "muted poll-hint" },
          hint,
          card.kind === "agree"
            ? make("span", { class: "poll-hint-keys" }, ` ${say("agreeKeys")}`)
            : null,
        )
      : null,
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

/** Left is "disagree", right is "agree": by pushing the card, or with the arrow keys. */
function pushable(body, stage, set) {
  const [no, yes] = say("agree");
  const stamps = [
    make("span", { class: "poll-stamp poll-stamp-no", "aria-hidden": "true" }, no),
    make("span", { class: "poll-stamp poll-stamp-yes", "aria-hidden": "true" }, yes),
  ];
  stage.append(...stamps);
  const answer = (side) => set(side < 0 ? 0 : 1, { goesOn: true });
  swipeable(body, {
    onMove(share) {
      stamps[0].style.opacity = String(Math.max(0, -share));
      stamps[1].style.opacity = String(Math.max(0, share));
    },
    onSwipe: answer,
  });
  const onKey = (event) => {
    if (!stage.isConnected) {
      document.removeEventListener("keydown", onKey);
      return;
    }
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isElsewhere = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!side || isElsewhere) return;
    event.preventDefault();
    answer(side);
  };
  document.addEventListener("keydown", onKey);
}
