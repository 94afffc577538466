/* The contact's form, improved: each field is saved as it changes, numbers get large buttons, the
   clock is noted by one touch, files leave as soon as they are chosen.

   Everything here only sends sooner what the form's own buttons send as well. "Saved" is written
   on the server's receipt and never before; until then the page says "on this phone". */

import { enhanceCounters } from "./counter.js";
import { EvidenceSender } from "./evidence.js";
import { Outbox } from "./outbox.js";

const form = document.querySelector("[data-contact-form]");
const status = form.querySelector("[data-save-status]");
const words = status.dataset;
const token = form.elements.csrfmiddlewaretoken.value;
// The server's clock, as seen from here: a phone's own clock may be wrong. A page that comes back
// from the browser's cache holds an old hour, which says nothing: the phone's own is better.
const [arrival] = performance.getEntriesByType("navigation");
const clockOffset = arrival.transferSize === 0 ? 0 : Date.parse(form.dataset.serverNow) - Date.now();

const outbox = new Outbox(form.dataset.outbox, form.dataset.saveUrl, token, {
  saved(receipt, waiting) {
    adopt(receipt.field, receipt.value, receipt.base);
    clearProblem(receipt.field);
    if (waiting === 0) say("saved", receipt.message);
    showRemaining(receipt.remaining);
  },
  waiting(count, reason) {
    const sentence = reason === "signed-out" ? signedOutSentence() : words.waiting;
    say("waiting", `${sentence} (${count})`);
  },
  conflict(versions) {
    showConflict(versions);
    say("refused", words.refused);
  },
  refused(field, message) {
    showProblem(field, message);
    say("refused", words.refused);
  },
});

function signedOutSentence() {
  return document.querySelector("[data-outbox-notice]").dataset.signedOut;
}

function say(state, sentence) {
  status.dataset.state = state;
  status.textContent = sentence;
}

function showRemaining(count) {
  const sentences = [words.remainingNone, words.remainingOne];
  form.querySelector("[data-remaining]").textContent =
    sentences[count] ?? words.remainingMany.replace("{count}", count);
}

/* --- Fields ---------------------------------------------------------------------------------- */

function controls(field) {
  return [...form.querySelectorAll(`[data-field="${CSS.escape(field)}"]`)];
}

function valueOf(field) {
  const [first] = controls(field);
  if (first.type === "radio") return controls(field).find((radio) => radio.checked)?.value ?? "";
  if (first.type === "checkbox") return first.checked ? "1" : "";
  return first.value;
}

function setValue(field, value) {
  for (const control of controls(field)) {
    if (control.type === "radio") control.checked = control.value === value;
    else if (control.type === "checkbox") control.checked = value !== "";
    else control.value = value;
  }
}

/** The hidden field that tells the whole form's save what this field was filled from. */
function wasInput(field) {
  return form.elements[`was:${field}`];
}

function baseOf(field) {
  const was = wasInput(field).value;
  return field.includes(".") ? was.split(":", 1)[0] : was;
}

function adopt(field, value, base) {
  wasInput(field).value = field.includes(".") ? `${base}:${value}` : base;
}

function save(field, value = valueOf(field), clock = {}) {
  say("waiting", words.waiting);
  try {
    return outbox.put(field, value, baseOf(field), clock);
  } catch {
    // No room or no right to store on this device: the form's buttons still save.
    status.textContent = "";
    return Promise.resolve(false);
  }
}

function box(field) {
  return document.getElementById(`q-${field.replaceAll(".", "-")}`);
}

function clearProblem(field) {
  box(field)?.classList.remove("field-invalid");
  for (const old of box(field)?.querySelectorAll(".errorlist, .field-conflict") ?? []) old.remove();
}

function showProblem(field, message) {
  clearProblem(field);
  const place = box(field);
  if (!place) return;
  place.classList.add("field-invalid");
  const list = document.createElement("ul");
  list.className = "errorlist";
  list.setAttribute("role", "alert");
  const item = document.createElement("li");
  item.textContent = message;
  list.append(item);
  (place.querySelector(".help") ?? place.firstElementChild).after(list);
}

function showConflict(versions) {
  clearProblem(versions.field);
  const notice = document.createElement("div");
  notice.className = "notice notice-warn field-conflict";
  notice.setAttribute("role", "alert");
  const lines = [
    versions.message,
    `${words.stored} ${versions.stored_label}`,
    `${words.mine} ${versions.submitted_label}`,
  ];
  for (const line of lines) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    notice.append(paragraph);
  }
  const choices = document.createElement("div");
  choices.className = "actions";
  choices.append(
    choice(words.keepMine, () => {
      adopt(versions.field, versions.stored, versions.base);
      setValue(versions.field, versions.submitted);
      notice.remove();
      save(versions.field, versions.submitted);
    }),
    choice(words.keepStored, () => {
      adopt(versions.field, versions.stored, versions.base);
      setValue(versions.field, versions.stored);
      notice.remove();
      say("saved", "");
      applyConditions();
    }),
  );
  notice.append(choices);
  const place = box(versions.field);
  (place.querySelector(".help") ?? place.firstElementChild).after(notice);
  notice.querySelector("button").focus();
}

function choice(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-ghost";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

/* --- Which questions are asked --------------------------------------------------------------- */

function applyConditions() {
  const noAnswer = form.elements.no_answer.checked;
  for (const place of form.querySelectorAll("[data-asked-if], [data-unless-no-answer]")) {
    const [criterion, expected] = place.dataset.askedIf?.split("=") ?? [];
    const unasked = criterion !== undefined && valueOf(criterion) !== expected;
    place.hidden = unasked || (noAnswer && "unlessNoAnswer" in place.dataset);
  }
  for (const group of form.querySelectorAll(".question-group")) {
    const questions = [...group.querySelectorAll("[data-question]")];
    group.hidden = questions.length > 0 && questions.every((question) => question.hidden);
  }
}

/* --- The clock ------------------------------------------------------------------------------- */

function localText(instant) {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: form.dataset.zone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return format.format(instant).replace(" ", "T");
}

function noteNow(button) {
  const field = button.dataset.now;
  const device = new Date();
  const instant = new Date(device.getTime() + clockOffset);
  setValue(field, localText(instant));
  button.classList.add("btn-ghost");
  // What the phone showed goes along: a wrong correction can then be seen, and undone.
  save(field, instant.toISOString(), {
    device_at: device.toISOString(),
    offset_ms: String(clockOffset),
  });
  const elapsed = form.querySelector("[data-elapsed]");
  const began = Date.now();
  const tick = () => {
    const seconds = Math.floor((Date.now() - began) / 1000);
    const clock = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    elapsed.textContent = elapsed.dataset.label.replace("{time}", clock);
  };
  clearInterval(noteNow.timer);
  noteNow.timer = setInterval(tick, 1000);
  tick();
  elapsed.hidden = false;
}

/* --- Wiring ---------------------------------------------------------------------------------- */

// What this device still holds is newer than what the server wrote into the page.
for (const [field, entry] of Object.entries(outbox.entries)) {
  if (controls(field).length > 0) {
    setValue(field, entry.value.endsWith("Z") ? localText(new Date(entry.value)) : entry.value);
  } else {
    outbox.drop(field);
  }
}
if (outbox.size > 0) outbox.flush();

form.addEventListener("change", (event) => {
  const field = event.target.dataset.field;
  if (!field) return;
  applyConditions();
  save(field);
});
for (const button of form.querySelectorAll("[data-now]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    noteNow(button);
  });
}
enhanceCounters(form);
applyConditions();
new EvidenceSender(form, token).listen();

let handingIn = false;
form.addEventListener("submit", async (event) => {
  if (handingIn) {
    event.preventDefault();
    return;
  }
  if (outbox.size === 0) {
    handingIn = true;
    return;
  }
  event.preventDefault();
  const button = event.submitter;
  if (await outbox.flush()) {
    form.requestSubmit(button);
  } else {
    say("waiting", words.offlineSubmit);
  }
});
// A page brought back by the browser's "back" may submit again.
window.addEventListener("pageshow", () => {
  handingIn = false;
});
