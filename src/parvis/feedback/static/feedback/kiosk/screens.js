/* The screens that citizens see. Each function gives an element; what happens next is its caller's.

   `draft` keeps what was ticked or typed on a screen while its language changes. */

import { copyOf, make } from "./dom.js";

export const MAX_TEXT = 2000;
// Fewer keys than this stand in one column of large lines.
const LONG_LIST = 5;

/** The question, with its small line above and its hint below; the title takes the focus. */
function heading({ above, title, hint }) {
  return make(
    "header",
    { class: "ask" },
    above ? make("p", { class: "above" }, above) : null,
    make("h1", { id: "title", tabIndex: -1 }, title),
    hint ? make("p", { class: "hint" }, hint) : null,
  );
}

function key(text, properties, ...children) {
  const { class: name = "", ...others } = properties;
  return make("button", { type: "button", class: `key ${name}`, ...others }, ...children, text);
}

/** The first screen: one tap on a face is an answer. */
export function attractScreen({ words, configuration, choose }) {
  const { touchpoint, document: questionnaire } = configuration;
  const [smiley] = questionnaire.steps;
  const faces = smiley.labels.map((label, level) =>
    make(
      "button",
      { type: "button", class: "face-key", "data-level": level, onclick: (event) => choose(level, event) },
      copyOf(`face-${level}`),
      make("span", {}, words.of(label)),
    ),
  );
  return make(
    "div",
    { class: "screen attract" },
    heading({
      above: [touchpoint.name, touchpoint.service].filter(Boolean).join(" · "),
      title: words.of(smiley.text),
      hint: words.say("touch_a_face"),
    }),
    make("div", { class: "faces", role: "group", "aria-labelledby": "title" }, ...faces),
  );
}

/** One step after the face; `answer(value, text)` and `skip()` leave it. */
export function stepScreen({ words, step, level, rank, total, draft, answer, skip }) {
  const above = words.say("step", { rank, total });
  const made = BUILDERS[step.kind]({ words, step, level, draft, answer });
  return make(
    "div",
    { class: `screen step ${step.kind}` },
    heading({ above, title: words.of(step.text), hint: made.hint }),
    made.controls,
    make(
      "div",
      { class: "ways" },
      key(words.say("skip"), { class: "ghost", onclick: skip }),
      made.onward,
    ),
  );
}

/** The options proposed after this face, of those that restrict themselves to some. */
export function optionsFor(step, level) {
  return step.options.filter((option) => !option.levels?.length || option.levels.includes(level));
}

/** Whether a step has something to ask after this face. */
export function isUseful(step, level) {
  const hasOptions = ["reasons", "multiple", "single"].includes(step.kind);
  return !hasOptions || optionsFor(step, level).length > 0;
}

function severalScreen({ words, step, level, draft, answer }) {
  const onward = key(words.say("go_on"), {
    class: "main",
    "aria-disabled": "true",
    onclick: () => draft.ticked.size && answer(sumOf(draft.ticked)),
  });
  const renew = () => onward.setAttribute("aria-disabled", String(!draft.ticked.size));
  const options = optionsFor(step, level).map((option) =>
    key(words.of(option.text), {
      class: "chip",
      "aria-pressed": String(draft.ticked.has(option.code)),
      onclick: ({ currentTarget }) => {
        if (!draft.ticked.delete(option.code)) draft.ticked.add(option.code);
        currentTarget.setAttribute("aria-pressed", String(draft.ticked.has(option.code)));
        renew();
      },
    }),
  );
  renew();
  return { hint: words.say("several"), controls: choices(options), onward };
}

function singleScreen({ words, step, level, answer }) {
  const options = optionsFor(step, level).map((option) =>
    key(words.of(option.text), { class: "chip", onclick: () => answer(option.code) }),
  );
  return { hint: words.say("one_choice"), controls: choices(options), onward: null };
}

function choices(options) {
  const name = options.length < LONG_LIST ? "choices few" : "choices";
  return make("div", { class: name, role: "group", "aria-labelledby": "title" }, ...options);
}

function scaleScreen({ words, step, answer }) {
  const notes = Array.from({ length: 11 }, (_, note) =>
    key(String(note), { class: "note", onclick: () => answer(note) }),
  );
  const ends = [step.low, step.high].map((end) => make("span", {}, words.of(end)));
  const controls = make(
    "div",
    { class: "scale" },
    make("div", { class: "notes", role: "group", "aria-labelledby": "title" }, ...notes),
    make("p", { class: "ends" }, ...ends),
  );
  return { hint: words.say("scale"), controls, onward: null };
}

function textScreen({ words, draft, answer }) {
  const area = make("textarea", {
    maxLength: MAX_TEXT,
    rows: 4,
    value: draft.text,
    "aria-labelledby": "title",
    "aria-describedby": "no-name",
    autocomplete: "off",
    spellcheck: true,
    oninput: () => {
      draft.text = area.value;
      renew();
    },
  });
  const onward = key(words.say("send"), {
    class: "main",
    onclick: () => clean(area.value) && answer(1, clean(area.value)),
  });
  const renew = () => onward.setAttribute("aria-disabled", String(!clean(area.value)));
  renew();
  const note = make("p", { class: "no-name", id: "no-name" }, words.say("no_name"));
  return { hint: null, controls: make("div", { class: "writing" }, note, area), onward };
}

const BUILDERS = {
  reasons: severalScreen,
  multiple: severalScreen,
  single: singleScreen,
  scale: scaleScreen,
  comment: textScreen,
  idea: textScreen,
};

/** Sum of 2^code: what a set of ticked options is sent as. Codes go to 61, and above 2^53 a number
    of this language would lose the small ones: the sum is then a BigInt. */
export function sumOf(codes) {
  let sum = 0n;
  for (const code of codes) sum += 1n << BigInt(code);
  return sum <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(sum) : sum;
}

/** A text as any database holds it: no NUL, no half of a character, nothing around it. */
export function clean(text) {
  const whole = text.replace(/\0/g, "").replace(/\p{Surrogate}/gu, "\ufffd").trim();
  return [...whole].slice(0, MAX_TEXT).join("");
}

/** Only shown once everything given is on the disk. */
export function thanksScreen({ words, configuration, close }) {
  const title = heading({ title: words.of(configuration.document.thanks) });
  title.prepend(copyOf("done"));
  return make(
    "div",
    { class: "screen thanks" },
    title,
    make("div", { class: "ways" }, key(words.say("finish"), { class: "main", onclick: close })),
  );
}

/** The kiosk could not keep the answer, and says so. */
export function refusalScreen({ words, close }) {
  return make(
    "div",
    { class: "screen refusal", role: "alert" },
    heading({ title: words.say("not_stored"), hint: words.say("not_stored_help") }),
    make("div", { class: "ways" }, key(words.say("finish"), { class: "main", onclick: close })),
  );
}

/** Nothing can be answered here for the moment; `identifier` names the page's words for it. */
export function noticeScreen(identifier) {
  const screen = make("div", { class: "screen notice-screen" }, copyOf(identifier));
  screen.querySelector("h1").tabIndex = -1;
  return screen;
}

/** The texts of a screen in the order they are read aloud. */
export function spokenTexts(screen) {
  const places = "h1, .hint, .no-name, .face-key span, .chip, .ends span, .ways .key";
  return [...screen.querySelectorAll(places)].map((one) => one.textContent).filter(Boolean);
}
