/* While somebody writes an idea, those that say nearly the same appear in [data-near], a live
   region already on the page. Waits for a pause; a later answer replaces an earlier one; an error
   says nothing, since the idea can be sent all the same. What they lead to opens in another tab:
   the text being written stays. What the page offers without script, [data-without-script], is
   hidden. */
const PAUSE_MS = 600;
const SHORTEST = 12;

for (const offer of document.querySelectorAll("[data-without-script]")) offer.hidden = true;

const place = document.querySelector("[data-near]");
const form = place?.closest("form");
let timer = 0;
let asked = null;

async function ask() {
  asked?.abort();
  asked = new AbortController();
  const title = form.elements.title.value.trim();
  const text = `${title} ${title} ${form.elements.text.value.trim()}`.trim();
  if (text.length < SHORTEST) {
    place.replaceChildren();
    return;
  }
  try {
    const answer = await fetch(place.dataset.near, {
      method: "POST",
      body: new URLSearchParams({ text }),
      headers: { "HX-Request": "true" },
      credentials: "same-origin",
      signal: asked.signal,
    });
    if (!answer.ok) return;
    // The server's own fragment, every text of it escaped there; it holds no script.
    const fragment = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    for (const link of fragment.querySelectorAll("a")) link.target = "_blank";
    for (const button of fragment.querySelectorAll("button")) button.formTarget = "_blank";
    if (place.textContent.trim() !== fragment.textContent.trim()) {
      place.replaceChildren(...fragment.childNodes);
    }
  } catch {
    // Cut off, or a newer question took over.
  }
}

form?.addEventListener("input", (event) => {
  if (!["title", "text"].includes(event.target.name)) return;
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE_MS);
});
