/* <form data-judge="opinions"|"preferences">: the page stays where it is while one judges on.

   An answer goes as a small request, and what comes next is shown only once it is stored. Arrow keys
   answer while the focus is in the card. Without this module each answer is a page of its own. */

const PATIENCE_MILLISECONDS = 20_000;
const OPINIONS = { accord: 1, desaccord: -1, passe: 0 };

for (const form of document.querySelectorAll("form[data-judge]")) start(form);

function start(form) {
  const part = (name) => form.querySelector(`[data-${name}]`);
  const around = (name) => document.querySelector(`[data-${name}]`);
  const field = (name) => form.elements.namedItem(name);
  const isPairs = form.dataset.judge === "preferences";
  let isSending = false;

  part("keys").hidden = false;
  form.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const button = form.querySelector(`[data-key="${event.key}"]`);
    if (!button) return;
    event.preventDefault();
    if (!event.repeat) button.click();
  });
  form.addEventListener("submit", (event) => {
    if (!event.submitter) return;
    event.preventDefault();
    if (!isSending) send(event.submitter.value);
  });

  async function send(answer) {
    isSending = true;
    form.setAttribute("aria-busy", "true");
    part("problem").textContent = "";
    try {
      const response = await fetch(form.dataset.address, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(content(answer)),
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      });
      const said = await response.json();
      if (response.status === 401) window.location.assign(said.address);
      else if (response.status === 202) show(said.next);
      else part("problem").textContent = said.message ?? form.dataset.failed;
    } catch {
      part("problem").textContent = form.dataset.failed;
    } finally {
      isSending = false;
      form.removeAttribute("aria-busy");
    }
  }

  function content(answer) {
    const sent = {
      phase: Number(form.dataset.phase),
      device: field("appareil").value,
      next: true,
    };
    if (!isPairs) return { ...sent, opinions: [[Number(field("sujet").value), OPINIONS[answer]]] };
    const sides = [Number(field("premier").value), Number(field("second").value)];
    return { ...sent, preferences: [[...sides, answer === "aucun" ? 0 : Number(answer)]] };
  }

  function show(next) {
    count();
    if (next === null) {
      form.hidden = true;
      around("finished").hidden = false;
      around("finished").querySelector("h2").focus();
      return;
    }
    if (isPairs) {
      next.forEach((item, side) => {
        field(side ? "second" : "premier").value = item.key;
        const button = form.querySelector(`[data-side="${side}"]`);
        button.value = item.key;
        button.textContent = item.text;
      });
    } else {
      field("sujet").value = next.key;
      part("text").textContent = next.text;
    }
    // A screen reader says what is to be judged now; the keys go on answering.
    part("text").focus();
  }

  function count() {
    const counted = around("count");
    const number = Number(counted.textContent) + 1;
    counted.textContent = number;
    around("counted").hidden = false;
    around("own-link").hidden = false;
    const later = around("map-later");
    if (later && number < Number(later.dataset.needed)) return;
    if (later) later.hidden = true;
    around("map-link").hidden = false;
  }
}
