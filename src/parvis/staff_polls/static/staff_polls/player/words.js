/* What the player says, in the language of the page. */

let table = {};

export function setWords(words) {
  table = words;
}

/** The text of this name, its {places} filled; a list where there are several. */
export function say(name, values = {}) {
  const text = table[name];
  return Array.isArray(text)
    ? text
    : text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}

/** An answer as the summary says it; null when the card has none. */
export function inWords(card, value, last) {
  if (value === undefined) return null;
  const textOf = (code) => card.options.find((option) => option.code === code)?.text;
  switch (card.kind) {
    case "agree":
      return say("agree")[value];
    case "smiley":
      return say("smileys")[value];
    case "slider":
      return say("outOf", { value, last });
    case "guess":
      return say("guessed", { value });
    case "single":
      return textOf(value);
    case "multiple":
      return value.map(textOf).join(", ") || say("none");
    case "ranking":
      return value.map((code, rank) => `${rank + 1}. ${textOf(code)}`).join(" – ");
    default:
      return value;
  }
}
