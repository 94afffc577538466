/* <textarea data-similar-ideas="address">: while somebody types an idea, the public ones that say
   nearly the same appear in the element named by `data-similar-into`, a live region already on the
   page. Waits for a pause; a later answer replaces an earlier one; an error says nothing, since
   the idea can be sent all the same. With `data-similar-beside` their links open in another tab,
   so that the text being typed stays. What the page offers without script, [data-without-script],
   is hidden. */
const PAUSE_MS = 600;
const SHORTEST = 12;

for (const offer of document.querySelectorAll("[data-without-script]")) offer.hidden = true;

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
      if ("similarBeside" in field.dataset) {
        for (const link of fragment.querySelectorAll("a")) link.target = "_blank";
      }
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
