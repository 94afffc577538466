/* The player of a staff poll: from the invitation to the box, on the agent's own device.

   The invitation leaves the address at once. Answers and token stay on the device until the server
   has the ballot (`store.js`); nothing is thanked for before. Each card is a step of the browser's
   history, so that its "back" goes to the card before. */

import { make } from "../../foundation/js/make.js";
import { drawnOrder } from "./card-ranking.js";
import { collect } from "./collecting.js";
import { cardScreen } from "./deck.js";
import { offerResume, offerStart, openTheMail, readCode, sayOnly, takePrinted } from "./entry.js";
import { refusedScreen } from "./refused.js";
import { sendingScreen } from "./sending.js";
import { Refused, Unreachable } from "./server.js";
import { ownerOf, Store } from "./store.js";
import { summaryScreen } from "./summary.js";
import { forgottenScreen, thanksScreen } from "./thanks.js";
import { say, setWords } from "./words.js";

const data = JSON.parse(document.getElementById("poll-data").textContent);
const root = document.getElementById("player");
const TAB = `parvis-sondage-${data.poll}`;
const SUMMARY = data.cards.length;
let store = null;
let record = null;
let sending = null;
let isReviewing = false;
let writing = Promise.resolve();

setWords(data.words);
begin();
window.addEventListener("hashchange", () => location.hash && location.reload());

// --- Beginning -----------------------------------------------------------------------------------

async function begin() {
  const given = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  const invitation = given.get("j");
  const isAble = window.isSecureContext && Boolean(crypto.subtle) && "timeout" in AbortSignal;
  if (!isAble) {
    if (invitation) sayOnly(say("tooOld"));
    return;
  }
  store = await Store.open(data.poll);
  if (data.state === "closed") {
    await clearUp();
    return;
  }
  window.addEventListener("popstate", onHistory);
  window.addEventListener("beforeunload", (event) => {
    if (record && !store.keeps && record.status !== "sent") event.preventDefault();
  });
  const code = readCode(given.get("c") ?? "", data.code);
  if (invitation) await open("j", invitation, { invitation });
  else if (code) await open("c", code, { code });
  else await comeBack();
}

/** The record of an invitation or a printed code, taken up where it was left. */
async function open(kind, secret, fresh, { startsAtOnce = false } = {}) {
  const owner = await ownerOf(kind, secret);
  const kept = await store.read(owner);
  record = kept ?? { poll: data.poll, owner, answers: {}, orders: {}, position: 0, ...fresh };
  if (!kept) record.status = "answering";
  rememberTab(owner);
  await keep();
  if (record.status === "sent") showThanks();
  else if (startsAtOnce) start({});
  else offer();
}

function offer() {
  const hasBegun = Object.keys(record.answers).length > 0;
  offerStart({
    label: say(hasBegun ? "resume" : "start"),
    hint: store.keeps ? "" : say("notKept"),
    onStart: start,
  });
}

/** Without an invitation: the same tab goes on by itself, another visit is asked. */
async function comeBack() {
  const here = sessionStorageOf(TAB);
  const kept = await store.all();
  const own = kept.find(({ owner }) => owner === here);
  if (own) {
    resume(own);
    return;
  }
  takePrinted(data.code, (code) => open("c", code, { code }, { startsAtOnce: true }));
  openTheMail();
  if (kept.length) offerResume(() => resume(kept[0]));
}

function resume(kept) {
  record = kept;
  rememberTab(record.owner);
  if (record.status === "sent") showThanks();
  else if (record.token || record.code) show(record.status === "sending" ? SUMMARY : record.position);
  else offer();
  if (record.status === "sending") send();
}

/** Collect the token first: an agent learns of a refusal before answering, not after. */
async function start({ told, button }) {
  button?.setAttribute("aria-busy", "true");
  if (told) told.textContent = say("collecting");
  try {
    await collect(record, data, keep);
  } catch (error) {
    button?.removeAttribute("aria-busy");
    if (error instanceof Unreachable) offerLater(told);
    else await refuse(error);
    return;
  }
  show(record.position);
}

function offerLater(told) {
  const later = make(
    "button",
    { type: "button", class: "btn btn-ghost btn-wide", onclick: () => show(record.position) },
    say("answerNow"),
  );
  told.textContent = say("laterHint");
  if (told.nextElementSibling) told.nextElementSibling.remove();
  told.after(later);
  told.previousElementSibling.textContent = say("retry");
}

async function refuse(error) {
  if (!(error instanceof Refused)) {
    sayOnly(say("tooOld"));
    return;
  }
  // An invitation that opens nothing is not worth keeping.
  await forget();
  sayOnly(error.message || say("refused"));
}

/** The poll is over: nothing of it stays here, and what was not sent is said to be lost. */
async function clearUp() {
  const kept = await store.all();
  for (const { owner } of kept) await store.remove(owner);
  rememberTab("");
  const isUnsent = ({ wasSent, answers }) => !wasSent && Object.keys(answers).length > 0;
  if (kept.some(isUnsent)) sayOnly(say("unsent"));
}

function onHistory({ state }) {
  if (!record || !state) return;
  if (record.status === "sent") showThanks();
  else show(state.position);
}

// --- What is kept --------------------------------------------------------------------------------

/** Writes follow one another; each keeps the record as it is when its turn comes. */
function keep() {
  writing = writing.catch(() => {}).then(() => record && store.write(record));
  return writing;
}

async function forget() {
  const { owner } = record;
  record = null;
  rememberTab("");
  await writing.catch(() => {});
  await store.remove(owner);
}

function keepSoon() {
  keep().catch(() => {
    // The disk is full, or the browser cleared it: the page goes on with what it holds.
    store = new Store(data.poll, null);
    keep();
  });
}

function rememberTab(owner) {
  try {
    if (owner) sessionStorage.setItem(TAB, owner);
    else sessionStorage.removeItem(TAB);
  } catch {
    // Refused by the browser: a reload will ask.
  }
}

function sessionStorageOf(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

// --- Screens -------------------------------------------------------------------------------------

function display({ screen, heading }) {
  root.replaceChildren(screen);
  window.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  document.title = `${heading.textContent} – Parvis`;
}

/** Show a card, or the summary after the last one. */
function go(position) {
  history.pushState({ position, depth: (history.state?.depth ?? 0) + 1 }, "");
  show(position);
}

/** The card before: a step back where there is one, for a visit may begin in the middle. */
function goBack(position) {
  if (history.state?.depth) {
    history.back();
    return;
  }
  history.replaceState({ position, depth: 0 }, "");
  show(position);
}

function show(position, error) {
  sending?.stop();
  sending = null;
  record.position = position;
  if (record.status !== "sent") keepSoon();
  if (history.state === null) history.replaceState({ position, depth: 0 }, "");
  if (position >= SUMMARY) {
    isReviewing = false;
    display(summaryScreen({ data, record, onChange: change, onSend: send }));
    return;
  }
  const card = data.cards[position];
  display(
    cardScreen({
      card,
      rank: position + 1,
      total: SUMMARY,
      value: record.answers[card.key],
      order: orderOf(card),
      data,
      isReviewed: isReviewing,
      error,
      ways: {
        set: answer,
        order: (one, codes) => {
          record.orders[one.key] = codes;
          keepSoon();
        },
        back: () => goBack(position - 1),
        forward: () => go(isReviewing ? SUMMARY : position + 1),
      },
    }),
  );
}

function answer(card, value) {
  if (value === undefined) delete record.answers[card.key];
  else record.answers[card.key] = value;
  record.status = "answering";
  keepSoon();
}

/** Options of a ranking, in an order drawn once for this device. */
function orderOf(card) {
  if (card.kind !== "ranking") return null;
  record.orders[card.key] ??= drawnOrder(card);
  return record.orders[card.key];
}

function change(position) {
  isReviewing = true;
  go(position);
}

function send() {
  record.status = "sending";
  keepSoon();
  sending = sendingScreen({
    data,
    record,
    keep,
    keeps: store.keeps,
    onSent: sent,
    onRefused: refusedAtSending,
    onBack: () => {
      record.status = "answering";
      show(SUMMARY);
    },
  });
  display(sending);
}

function sent() {
  record.status = "sent";
  record.wasSent = true;
  record.position = SUMMARY;
  keepSoon();
  showThanks();
}

function showThanks() {
  display(
    thanksScreen({
      data,
      onChange: () => {
        record.status = "answering";
        show(SUMMARY);
      },
      onForget: async () => {
        await forget();
        history.replaceState(null, "");
        display(forgottenScreen({ data }));
      },
    }),
  );
}

function refusedAtSending(error) {
  record.status = "answering";
  keepSoon();
  const position = data.cards.findIndex(({ key }) => key === error.field);
  if (position >= 0) {
    isReviewing = true;
    show(position, error.message);
    return;
  }
  const onCode = async (code) => {
    const { owner } = record;
    record = { ...record, code, owner: await ownerOf("c", code) };
    rememberTab(record.owner);
    await keep();
    await store.remove(owner);
    send();
  };
  const isCode = error.field === "code" && Boolean(record.code);
  display(refusedScreen({ error, data, record, onCode: isCode ? onCode : null, onBack: back }));

  function back() {
    show(SUMMARY);
  }
}
