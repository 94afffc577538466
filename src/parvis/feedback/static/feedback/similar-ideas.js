/* <textarea data-similar-ideas="address">: while somebody types an idea, the public ones that say
   nearly the same appear in the element named by `data-similar-into`, a live region already on the
   page. Waits for a pause; a later answer replaces an earlier one; an error says nothing, since
   the idea can be sent all the same. Without script the page asks once, on sending. */
const PAUSE_MS = 600;
const SHORTEST = 12;

for (const field of document.querySelectorAll("[data-similar-ideas]")) {
  const place = document.getElementById(field.dataset.similarInto);
  let timer = 0;
  let asked = null;

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const text = field.value.trim();
    if (text.length < SHORTEST) {
      place.replaceChildren();
      return;
    }
    try {
      const answer = await fetch(field.dataset.similarIdeas, {
        method: "POST",
        body: new URLSearchParams({ text }),
        headers: { "HX-Request": "true" },
        credentials: "omit",
        signal: asked.signal,
      });
      if (!answer.ok) return;
      // The server's own fragment, every text of it escaped there; it holds no script.
      const fragment = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      if (place.textContent.trim() !== fragment.textContent.trim()) {
        place.replaceChildren(...fragment.childNodes);
      }
    } catch {
      // Cut off, or a newer question took over.
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
}
