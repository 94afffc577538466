/* What the welcome offers: to begin with an invitation, to resume, or to type a printed code. */

import { make } from "../../foundation/js/make.js";
import { say } from "./words.js";

const entry = () => document.getElementById("entry");

/** One large button in the place of the forms; what is said below it follows what happens. */
export function offerStart({ label, hint, onStart }) {
  document.getElementById("printed").hidden = true;
  document.getElementById("by-mail").hidden = true;
  const told = make("p", { class: "muted", role: "status" }, hint ?? "");
  const button = make(
    "button",
    { type: "button", class: "btn btn-wide poll-main", onclick: () => onStart({ told, button }) },
    label,
  );
  entry().replaceChildren(button, told);
  return told;
}

/** Something kept by this device may be taken up again; the forms stay, for another person. */
export function offerResume(onResume) {
  entry().replaceChildren(
    make("p", {}, say("resumeHint")),
    make(
      "button",
      { type: "button", class: "btn btn-wide poll-main", onclick: onResume },
      say("resume"),
    ),
  );
}

export function sayOnly(message, ...ways) {
  entry().replaceChildren(
    make("div", { class: "notice notice-warn", role: "alert" }, make("p", {}, message)),
    ...ways,
  );
}

export function openTheMail() {
  document.getElementById("open-mail").hidden = false;
}

/** A printed code opens the player instead of the page of all the cards. */
export function takePrinted({ alphabet, length }, onCode) {
  const form = document.getElementById("printed");
  const field = form.querySelector("input");
  const wrong = form.querySelector("[data-wrong]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = readCode(field.value, { alphabet, length });
    wrong.textContent = code ? "" : wrong.dataset.wrong;
    wrong.hidden = Boolean(code);
    field.setAttribute("aria-invalid", String(!code));
    if (code) onCode(code);
    else field.focus();
  });
}

/** The code in what was typed, or an empty string. */
export function readCode(typed, { alphabet, length }) {
  const code = typed.toUpperCase().replace(/[\s-]/g, "");
  const isOne = code.length === length && [...code].every((sign) => alphabet.includes(sign));
  return isOne ? code : "";
}
