/* The answers of one card, whatever page asks it: a poll on a phone, or a room in a live session. */

import { make } from "../../foundation/js/make.js";
import { agree, multiple, single, smiley } from "./card-choices.js";
import { ranking } from "./card-ranking.js";
import { guess, slider } from "./card-scales.js";
import { sentence } from "./card-sentence.js";
import { swipeable } from "./swipe.js";
import { say } from "./words.js";

const DRAWN = { agree, smiley, single, multiple, slider, guess, sentence };
const HINTS = { agree: "agreeHint", slider: "sliderHint", guess: "guessHint" };

/** `{ element, accept }`: the controls of a card under the heading `#question` of the page.

    `set(value, { goesOn })` is told each answer, undefined when it is cleared; `goesOn` where one
    touch is the whole of it. `accept()` takes the order of a ranking as it stands; null for others.
    `most` characters of a sentence, `last` step of a scale, `order` of a ranking at first. */
export function drawCard({ card, order, onOrder, ...shown }) {
  if (card.kind === "ranking") return ranking({ card, order, onOrder, ...shown });
  return { element: DRAWN[card.kind]({ card, ...shown }), accept: null };
}

/** Show one of the buttons as the answer, and no other. */
export function press(area, card, value) {
  const buttons = [...area.querySelectorAll("[aria-pressed]")];
  const values = { agree: [0, 2, 1], smiley: [0, 1, 2, 3] }[card.kind] ??
    card.options.map(({ code }) => code);
  for (const [rank, button] of buttons.entries()) {
    button.setAttribute("aria-pressed", String(values[rank] === value));
  }
}

/** What to do with a card, in a line; null where it goes without saying. */
export function hintOf(card) {
  const hint = say(HINTS[card.kind] ?? `${card.kind}Hint`);
  if (!hint) return null;
  const keys = make("span", { class: "poll-hint-keys" }, ` ${say("agreeKeys")}`);
  return make("p", { class: "muted poll-hint" }, hint, card.kind === "agree" ? keys : null);
}

/** Left is "disagree", right is "agree": by pushing the card, or with the arrow keys. */
export function pushable(body, stage, set) {
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
