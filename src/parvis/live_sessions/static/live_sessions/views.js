/* What a phone shows between two cards. Each returns `{ screen, heading, update }`. */

import { make } from "../foundation/js/make.js";
import { say } from "../staff_polls/player/words.js";

const heading = (text) => make("h1", { tabIndex: -1 }, text);

function view(title, ...content) {
  return { screen: make("section", { class: "poll-screen" }, title, ...content), heading: title };
}

export function waitingView() {
  const title = heading(say("waitTitle"));
  const dots = make("p", { class: "room-dots", "aria-hidden": "true" }, ...dotsOf(3));
  return view(title, make("p", { class: "say" }, say("waitHint")), dots);
}

/** The vote is closed; `isSorting` while the facilitator reads what the room wrote. */
export function closedView({ card, known, isSorting }) {
  const title = heading(say("closed"));
  const fate = fateLine(known);
  return {
    ...view(
      title,
      make("p", { class: "room-asked" }, card.text),
      fate.line,
      make("p", { class: "say" }, say(isSorting ? "sorting" : "closedHint")),
    ),
    update: fate.update,
  };
}

function fateLine(known) {
  const line = make("p", { class: "room-fate", role: "status" });
  const update = (now) => {
    const [name, isGood] = fateOf(now);
    line.textContent = say(name);
    line.classList.toggle("is-received", isGood);
  };
  update(known);
  return { line, update };
}

/** What became of one's answer, as far as this device knows: the name of the text. */
function fateOf({ waiting, sent, lateAt, isUnsure }) {
  if (waiting !== undefined) return ["sending", false];
  if (lateAt === undefined && sent === undefined) return ["closedWithout", false];
  if (lateAt === undefined) return ["closedCounted", true];
  if (isUnsure) return ["lateUnsure", false];
  return [sent === undefined ? "tooLate" : "lateChange", false];
}

/** What came out; and, where it is so, that one's own answer is not in it. */
export function shownView({ card, known, shown }) {
  const isMissing = known.waiting !== undefined || known.lateAt !== undefined;
  const fate = isMissing ? fateLine(known) : null;
  const lines = shown.lines.map(([label, share]) =>
    make("li", {}, make("span", {}, label), share ? make("strong", {}, share) : null),
  );
  return {
    ...view(
      heading(card.text),
      shown.title ? make("p", { class: "live-finding" }, shown.title) : null,
      shown.real ? make("p", { class: "live-finding live-real" }, shown.real) : null,
      make("ul", { class: "room-lines" }, ...lines),
      make("p", { class: "muted" }, `${shown.answers}. ${say("shownHint")}`),
      fate?.line,
    ),
    update: fate?.update,
  };
}

export function endedView() {
  return view(heading(say("ended")), make("p", { class: "say" }, say("endedHint")));
}

/** The room is not there any more: the server's sentence. */
export function refusedView(message) {
  return view(heading(message));
}

function dotsOf(count) {
  return Array.from({ length: count }, () => make("span"));
}
