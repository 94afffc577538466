/* A sentence to complete: free words, counted as people count them. */

import { make } from "../../foundation/js/make.js";
import { say } from "./words.js";

const NEARLY = 100;

export function sentence({ value, most, set }) {
  const left = make("p", { class: "poll-left", id: "left", role: "status" });
  const area = make("textarea", {
    rows: 5,
    value: value ?? "",
    autocomplete: "off",
    "aria-labelledby": "question",
    "aria-describedby": "left",
  });
  const count = () => {
    const remaining = most - [...area.value.trim()].length;
    area.setAttribute("aria-invalid", String(remaining < 0));
    left.classList.toggle("is-over", remaining < 0);
    left.textContent =
      remaining < 0
        ? say("tooLong", { count: -remaining })
        : remaining <= NEARLY
          ? say("left", { count: remaining })
          : "";
  };
  area.addEventListener("input", () => {
    count();
    set(area.value.trim() ? area.value : undefined);
  });
  count();
  return make("div", { class: "poll-sentence" }, area, left);
}

/** Whether the server would refuse it for its length. */
export function isTooLong(value, most) {
  return typeof value === "string" && [...value.trim()].length > most;
}
