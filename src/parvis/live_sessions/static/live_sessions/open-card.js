/* The card that the room answers now: its question, its answers, and what became of one's own. */

import { make } from "../foundation/js/make.js";
import { drawCard, hintOf, press, pushable } from "../staff_polls/player/card.js";
import { drawnOrder } from "../staff_polls/player/card-ranking.js";
import { isTooLong } from "../staff_polls/player/card-sentence.js";
import { say } from "../staff_polls/player/words.js";

// One touch answers these: nothing is left to compose.
const ONE_TOUCH = ["agree", "smiley", "single"];

/** `known` is what the memory holds of this round; `ways` are what the page does with an answer:
    draft, give, order. Returns `{ screen, heading, update, refuse }`. */
export function openCard({ card, step, known, isHeldUp, keeps, data, ways }) {
  let answer = known.draft ?? known.waiting ?? known.sent;
  const isOneTouch = ONE_TOUCH.includes(card.kind);
  const { most = null } = card;
  const heading = make("h1", { id: "question", tabIndex: -1 }, card.text);
  const problem = make("p", { class: "poll-problem", role: "alert", hidden: true });
  const area = make("div", { class: "poll-area" });
  const status = make("p", { class: "room-status", role: "status" });
  const button = make("button", { class: "btn btn-wide poll-main" });

  const drawn =
    card.shape === "words"
      ? { element: words({ value: answer, count: data.mostWords, most, set }), accept: null }
      : drawCard({
          card,
          value: answer,
          set,
          most,
          last: data.last,
          order: known.order ?? (card.kind === "ranking" ? drawnOrder(card) : null),
          onOrder: ways.order,
          // An idea that nobody ticks needs no vote against it.
          hasNone: step !== "support",
        });
  area.append(drawn.element);

  function set(given, { goesOn = false } = {}) {
    problem.hidden = true;
    answer = given;
    if (!goesOn) {
      ways.draft(given);
      return;
    }
    press(area, card, given);
    ways.give(given);
  }

  function send() {
    drawn.accept?.();
    if (answer === undefined || answer === "") {
      refuse(say("answerFirst"));
      return;
    }
    if (isTooLong(answer, most)) {
      area.querySelector("textarea").focus();
      return;
    }
    ways.give(answer);
  }

  /** Say why an answer is not taken, and go where it is changed. */
  function refuse(message) {
    problem.textContent = message;
    problem.hidden = false;
    area.querySelector("input, textarea, button")?.focus();
  }

  function update({ draft, waiting, sent }, isHeldUp) {
    const isReceived = sent !== undefined && waiting === undefined && draft === undefined;
    status.classList.toggle("is-received", isReceived);
    if (waiting !== undefined) status.textContent = say(isHeldUp ? "notSent" : "sending");
    else if (isReceived) status.textContent = `${say("received")} ${say("receivedHint")}`;
    else status.textContent = sent === undefined ? "" : say("changed");
    button.textContent = say(sent === undefined ? "send" : "sendAgain");
    button.classList.toggle("btn-ghost", isReceived || waiting !== undefined);
  }

  const body = make(
    "div",
    { class: `poll-card poll-card-${card.kind}` },
    heading,
    problem,
    hint(card, step),
    area,
  );
  const stage = make("div", { class: "poll-stage" }, body);
  const form = make(
    "form",
    { class: "poll-screen", noValidate: true, "aria-labelledby": "question" },
    stage,
    isOneTouch ? null : button,
    status,
    keeps ? null : make("p", { class: "muted" }, say("notKept")),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  if (card.kind === "agree") pushable(body, stage, set);
  update(known, isHeldUp);
  return { screen: form, heading, update, refuse };
}

function hint(card, step) {
  if (step === "support") return make("p", { class: "muted poll-hint" }, say("supportHint"));
  if (card.shape === "words") return make("p", { class: "muted poll-hint" }, say("wordsHint"));
  return hintOf(card);
}

/** A field for each word; none is asked for, one at least is sent. */
function words({ value = [], count, most, set }) {
  const fields = Array.from({ length: count }, (_none, rank) =>
    make("input", {
      id: `word-${rank}`,
      value: value[rank] ?? "",
      maxLength: most,
      autocomplete: "off",
      enterKeyHint: rank + 1 < count ? "next" : "send",
      oninput: take,
      onkeydown: (event) => {
        // The key of a phone's keyboard goes on to the next word.
        if (event.key !== "Enter" || event.isComposing || !fields[rank + 1]) return;
        event.preventDefault();
        fields[rank + 1].focus();
      },
    }),
  );
  function take() {
    const said = fields.map((field) => field.value.trim()).filter(Boolean);
    set(said.length ? said : undefined);
  }
  const lines = fields.map((field, rank) =>
    make(
      "p",
      { class: "room-word" },
      make("label", { htmlFor: field.id }, say("wordLabel", { rank: rank + 1 })),
      field,
    ),
  );
  return make("div", { class: "room-words" }, ...lines);
}
