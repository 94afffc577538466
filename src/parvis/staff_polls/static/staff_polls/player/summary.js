/* All the answers before they leave, each one touch away from being changed. */

import { make } from "../../foundation/js/make.js";
import { inWords, say } from "./words.js";

export function summaryScreen({ data, record, onChange, onSend }) {
  const heading = make("h1", { tabIndex: -1 }, say("summary"));
  const lines = data.cards.map((card, rank) => {
    const words = inWords(card, record.answers[card.key], data.last);
    return make(
      "li",
      {},
      make(
        "button",
        { type: "button", onclick: () => onChange(rank) },
        make("span", { class: "poll-asked" }, card.text),
        make("span", { class: words === null ? "muted" : "poll-said" }, words ?? say("passed")),
        make("span", { class: "poll-change" }, say("change")),
      ),
    );
  });
  const isBlank = Object.keys(record.answers).length === 0;
  const screen = make(
    "section",
    { class: "poll-screen" },
    heading,
    make("p", { class: "say" }, say(record.wasSent ? "summaryAgain" : "summaryHint")),
    make("ol", { class: "poll-summary" }, ...lines),
    isBlank ? make("p", { class: "notice" }, say("nothingAnswered")) : null,
    make(
      "p",
      { class: "poll-send" },
      make(
        "button",
        { type: "button", class: "btn btn-wide poll-main", onclick: onSend },
        say("send"),
      ),
    ),
  );
  return { screen, heading };
}
