/* Cards answered by touching one of a few buttons, or by ticking boxes. */

import { copyOf, make } from "../../foundation/js/make.js";
import { say } from "./words.js";

/** Arrow keys go from a button to the next, besides the Tab key. */
function byArrows(group) {
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = [...group.querySelectorAll("button")];
    const place = buttons.indexOf(document.activeElement);
    if (!step || place < 0) return;
    event.preventDefault();
    buttons[(place + step + buttons.length) % buttons.length].focus();
  });
  return group;
}

function button(text, value, { chosen, set, icon, className }) {
  return make(
    "button",
    {
      type: "button",
      class: className,
      "aria-pressed": String(chosen === value),
      onclick: () => set(value, { goesOn: true }),
    },
    icon ? copyOf(icon) : null,
    make("span", {}, text),
  );
}

/** Disagree on the left, agree on the right, as the card is pushed. */
export function agree({ value, set }) {
  const [no, yes, unknown] = say("agree");
  const one = { chosen: value, set };
  return make(
    "div",
    { class: "poll-agree", role: "group", "aria-labelledby": "question" },
    button(no, 0, { ...one, icon: "icon-no", className: "poll-no" }),
    button(unknown, 2, { ...one, icon: "icon-unknown", className: "poll-unknown" }),
    button(yes, 1, { ...one, icon: "icon-yes", className: "poll-yes" }),
  );
}

export function smiley({ value, set }) {
  const faces = say("smileys").map((text, level) =>
    button(text, level, { chosen: value, set, icon: `face-${level}`, className: "poll-face" }),
  );
  const group = { class: "poll-faces", role: "group", "aria-labelledby": "question" };
  return byArrows(make("div", group, ...faces));
}

export function single({ card, value, set }) {
  const options = card.options.map(({ code, text }) =>
    button(text, code, { chosen: value, set, className: "poll-option" }),
  );
  const group = { class: "poll-options", role: "group", "aria-labelledby": "question" };
  return byArrows(make("div", group, ...options));
}

/** Boxes to tick; "none of these", where it is offered, is an answer too and unticks the others. */
export function multiple({ card, value, set, hasNone = true }) {
  const box = (code, text) =>
    make(
      "label",
      {},
      make("input", {
        type: "checkbox",
        value: String(code),
        checked: code === "none" ? value?.length === 0 : Boolean(value?.includes(code)),
      }),
      make("span", {}, text),
    );
  const boxes = card.options.map(({ code, text }) => box(code, text));
  const none = box("none", say("none"));
  const group = make(
    "div",
    { class: "choice choice-list", role: "group", "aria-labelledby": "question" },
    ...boxes,
    hasNone ? none : null,
  );
  group.addEventListener("change", ({ target }) => {
    const inputs = boxes.map((label) => label.firstChild);
    const isNone = target.value === "none" && target.checked;
    if (isNone) for (const input of inputs) input.checked = false;
    if (target.value !== "none" && target.checked) none.firstChild.checked = false;
    const codes = inputs.filter((input) => input.checked).map((input) => Number(input.value));
    set(codes.length || none.firstChild.checked ? codes.sort((a, b) => a - b) : undefined);
  });
  return group;
}
