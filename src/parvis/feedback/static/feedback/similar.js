/* <textarea data-similar="address">: while an idea is being typed, those published that say nearly the
   same appear in #similar, to be supported rather than written again. Links open beside, so that the
   text being typed stays. Without scripts a button shows them in another tab. */

const PAUSE_MS = 700;
const LEAST_CHARACTERS = 12;

const area = document.querySelector("textarea[data-similar]");
const place = document.getElementById("similar");
let timer = null;
let asked = "";

async function ask() {
  const text = area.value.trim();
  if (text === asked) return;
  asked = text;
  let fragment = "";
  if (text.length >= LEAST_CHARACTERS) {
    try {
      // In the body: what is typed stays out of addresses, and of the logs that keep them.
      const response = await fetch(area.dataset.similar, {
        method: "POST",
        headers: { "HX-Request": "true" },
        body: new URLSearchParams({ text }),
        credentials: "omit",
      });
      if (!response.ok) return;
      fragment = await response.text();
    } catch {
      return;
    }
  }
  if (text !== asked) return;
  // Made and escaped by the server, as any page of it.
  const parsed = new DOMParser().parseFromString(fragment, "text/html");
  for (const link of parsed.querySelectorAll("a")) link.target = "_blank";
  place.replaceChildren(...parsed.body.childNodes);
}

if (area) {
  document.querySelector("[data-without-script]").hidden = true;
  area.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  });
}
