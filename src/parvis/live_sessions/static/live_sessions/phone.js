/* The page of a phone in a live session: it follows its room, and answers the card of the moment.

   Nothing of it is needed to take part: the same page, without scripts, is a form. */

import { make } from "../foundation/js/make.js";
import { say, setWords } from "../staff_polls/player/words.js";
import { follow, patience } from "./following.js";
import { Memory } from "./memory.js";
import { openCard } from "./open-card.js";
import { Refused, tell } from "./server.js";
import { ENTRANCE, tokenOf } from "./token.js";
import { closedView, endedView, refusedView, shownView, waitingView } from "./views.js";
import { Sender } from "./voting.js";

const data = JSON.parse(document.getElementById("room-data").textContent);
const root = document.getElementById("room");
const memory = new Memory(data.code);
const lost = make("div", { class: "room-lost", role: "status" });
const told = make("p", { class: "visually-hidden", role: "status" });
let state = null;
let view = null;
let viewName = "";
let sender = null;
let room = null;

const isAble = window.isSecureContext && Boolean(crypto.subtle) && "timeout" in AbortSignal;
if (isAble) begin();

function begin() {
  setWords(data.words);
  // Who came in by the form, or reloads its answer, stays the same device.
  memory.begin(root.querySelector("input[name=secret]")?.value ?? "");
  root.before(lost, told);
  sender = new Sender({
    address: data.addresses.vote,
    code: data.code,
    memory,
    onChange: update,
    onLate: (round) => {
      memory.change(round, { lateAt: state.version });
      draw();
      room.now();
    },
    onRefused: (round, error) => {
      if (round === state.round) view.refuse?.(error.message);
    },
  });
  room = follow(data.addresses.state, {
    restsUnseen: true,
    onState: take,
    onLost: sayLost,
    onRefused: (error) => display("refused", refusedView(error.message)),
  });
  enter();
}

/** Say once that a device is in the room, however many times the page is opened. */
async function enter(failures = 0) {
  if (memory.hasEntered) return;
  try {
    const token = await tokenOf(memory.secret, { code: data.code, round: ENTRANCE });
    await tell(data.addresses.enter, { token });
    memory.enter();
  } catch (error) {
    // Not counted as present, who is refused may still answer.
    if (!(error instanceof Refused)) setTimeout(enter, patience(failures + 1), failures + 1);
  }
}

function take(now) {
  state = now;
  if (state.state === "open") {
    const { draft, lateAt } = memory.round(state.round);
    // Too late for the vote that was closed, not for the same one open again.
    if (lateAt < state.version && draft !== undefined) sender.give(state.round, draft);
  }
  if (state.state === "ended") memory.forgetAll();
  if (state.state === "shown") forgetCounted(state.round);
  if (state.round) sender.resume(state.round);
  draw();
}

/** An answer that was counted is kept no longer; one that was not is still to be told. */
function forgetCounted(round) {
  const { waiting, lateAt } = memory.round(round);
  if (waiting === undefined && lateAt === undefined) memory.forgetRound(round);
}

/** Draw what is not drawn yet; what somebody is typing in stays as it is. */
function draw() {
  const { card, round, shown, step, version } = state;
  const known = memory.round(round);
  const isLate = known.lateAt !== undefined;
  const name = state.state === "open" && isLate ? "closed" : state.state;
  const wanted = `${name} ${round}`;
  if (wanted === viewName && name !== "shown") {
    update(round);
    return;
  }
  if (wanted === viewName && view.version === version) return;
  const made = {
    waiting: waitingView,
    open: () =>
      openCard({
        card,
        step,
        known,
        data,
        isHeldUp: sender.isHeldUp,
        keeps: memory.keeps,
        ways: waysOf(round),
      }),
    closed: () => closedView({ card, known, isSorting: false }),
    sorting: () => closedView({ card, known, isSorting: true }),
    shown: () => shownView({ card, known, shown }),
    ended: endedView,
  }[name]();
  if (name === "open") told.textContent = say("newCard", { text: card.text });
  display(wanted, { ...made, version });
}

function waysOf(round) {
  return {
    draft: (answer) => {
      memory.change(round, { draft: answer });
      update(round);
    },
    give: (answer) => {
      sender.give(round, answer);
      update(round);
    },
    order: (codes) => memory.change(round, { order: codes }),
  };
}

function update(round) {
  if (round === state.round) view.update?.(memory.round(round), sender.isHeldUp);
}

/** Put a view in the place of the last one; the reader goes to its heading where it is another. */
function display(name, made) {
  const isAnother = name !== viewName;
  const hadFocus = root.contains(document.activeElement);
  view = made;
  viewName = name;
  root.replaceChildren(view.screen);
  if (isAnother) window.scrollTo(0, 0);
  if (isAnother || hadFocus) view.heading.focus({ preventScroll: true });
}

function sayLost(isLost) {
  if (isLost === lost.hasChildNodes()) return;
  const notice = make(
    "div",
    { class: "notice notice-warn" },
    make("p", {}, make("strong", {}, say("lost"))),
    make("p", {}, say("lostHint")),
  );
  lost.replaceChildren(...(isLost ? [notice] : []));
  if (!isLost) sender.again();
}
