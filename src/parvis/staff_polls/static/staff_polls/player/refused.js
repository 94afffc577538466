/* The server said no to a ballot: why, what is kept, and what may be done. */

import { make } from "../../foundation/js/make.js";
import { readCode } from "./entry.js";
import { say } from "./words.js";

/** `onCode(code)` where it is the printed code that was refused; null otherwise. */
export function refusedScreen({ error, data, record, onCode, onBack }) {
  const heading = make("h1", { tabIndex: -1 }, say("refused"));
  const screen = make(
    "section",
    { class: "poll-screen" },
    heading,
    make("div", { class: "notice notice-bad", role: "alert" }, make("p", {}, error.message)),
    onCode ? codeForm(record.code, data.code, onCode) : null,
    make(
      "p",
      {},
      make("button", { type: "button", class: "btn btn-ghost", onclick: onBack }, say("backToSummary")),
    ),
  );
  return { screen, heading };
}

function codeForm(code, shape, onCode) {
  const field = make("input", {
    id: "code",
    value: code.match(/.{1,4}/g).join("-"),
    autocomplete: "off",
    spellcheck: false,
  });
  const form = make(
    "form",
    { class: "field" },
    make("label", { htmlFor: "code" }, say("code")),
    field,
    make("p", {}, make("button", { class: "btn" }, say("sendAgain"))),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const read = readCode(field.value, shape);
    field.setAttribute("aria-invalid", String(!read));
    if (read) onCode(read);
    else field.focus();
  });
  return form;
}
