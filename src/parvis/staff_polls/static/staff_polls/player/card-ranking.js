/* Options put in order: dragged by their handle, or moved by two buttons each. */

import { copyOf, make } from "../../foundation/js/make.js";
import { say } from "./words.js";

/** The codes of a card's options in an order drawn at random. */
export function drawnOrder(card) {
  const codes = card.options.map(({ code }) => code);
  for (let rank = codes.length - 1; rank > 0; rank -= 1) {
    const other = Math.floor(Math.random() * (rank + 1));
    [codes[rank], codes[other]] = [codes[other], codes[rank]];
  }
  return codes;
}

/** `order` is where the device starts from: drawn at random, so that no option is favoured. */
export function ranking({ card, value, order, set, onOrder }) {
  const list = make("ol", { class: "poll-ranking" });
  const told = make("p", { class: "visually-hidden", role: "status" });
  const texts = new Map(card.options.map(({ code, text }) => [code, text]));
  const lines = new Map((value ?? order).map((code) => [code, line(code)]));
  let hasAnswer = value !== undefined;

  function line(code) {
    const text = texts.get(code);
    const mover = (icon, name, step) =>
      make(
        "button",
        {
          type: "button",
          "aria-label": say(name, { text }),
          onclick: () => move(code, codes().indexOf(code) + step),
        },
        copyOf(icon),
      );
    const grip = make("span", { class: "poll-grip", "aria-hidden": "true" }, copyOf("icon-grip"));
    const made = make(
      "li",
      {},
      grip,
      make("span", { class: "poll-rank-text" }, text),
      make(
        "span",
        { class: "poll-rank-ways" },
        mover("icon-up", "up", -1),
        mover("icon-down", "down", 1),
      ),
    );
    made.dataset.code = String(code);
    grip.addEventListener("pointerdown", (event) => drag(event, made, code));
    return made;
  }

  const codes = () => [...list.children].map((one) => Number(one.dataset.code));

  /** The others make room: the one that moves stays in the page, and keeps focus and finger. */
  function place(code, rank) {
    const moved = lines.get(code);
    for (let now = codes().indexOf(code); now < rank; now += 1) {
      moved.before(moved.nextElementSibling);
    }
    for (let now = codes().indexOf(code); now > rank; now -= 1) {
      moved.after(moved.previousElementSibling);
    }
  }

  function settle(code) {
    const now = codes();
    for (const [rank, one] of now.entries()) {
      const [up, down] = lines.get(one).querySelectorAll("button");
      // Not `disabled`: the focus would be lost with the button.
      up.setAttribute("aria-disabled", String(rank === 0));
      down.setAttribute("aria-disabled", String(rank === now.length - 1));
    }
    onOrder(now);
    if (code === undefined) return;
    told.textContent = say("moved", {
      text: texts.get(code),
      rank: now.indexOf(code) + 1,
      total: now.length,
    });
    if (hasAnswer) set(now);
  }

  function move(code, rank) {
    if (rank < 0 || rank >= lines.size) return;
    place(code, rank);
    settle(code);
  }

  function drag(event, dragged, code) {
    if (event.button !== 0) return;
    event.preventDefault();
    const grip = event.currentTarget;
    grip.setPointerCapture(event.pointerId);
    dragged.classList.add("is-dragged");
    const follow = ({ clientY }) => {
      const others = [...list.children].filter((one) => one !== dragged);
      const rank = others.filter((one) => {
        const { top, height } = one.getBoundingClientRect();
        return top + height / 2 < clientY;
      }).length;
      if (rank !== codes().indexOf(code)) place(code, rank);
    };
    const drop = () => {
      grip.removeEventListener("pointermove", follow);
      dragged.classList.remove("is-dragged");
      settle(code);
    };
    grip.addEventListener("pointermove", follow);
    grip.addEventListener("lostpointercapture", drop, { once: true });
  }

  list.append(...lines.values());
  settle();
  const element = make("div", {}, list, told);
  /** The order on the page becomes the answer. */
  const accept = () => {
    hasAnswer = true;
    set(codes());
  };
  return { element, accept };
}
