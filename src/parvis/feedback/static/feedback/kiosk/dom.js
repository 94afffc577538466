/* Elements in one line, and the texts that citizens read, in their language. */

/** An element; `properties` are its own, attributes when their name has a hyphen, or `class`. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A copy of what a <template> of the page holds. */
export function copyOf(identifier) {
  return document.getElementById(identifier).content.cloneNode(true);
}

export class Words {
  /** `table` holds, by language then by name, what the interface says (feedback/words.json). */
  constructor(table) {
    this.table = table;
    this.language = "fr";
    // Those that have a sound, by name then by language: the configuration brings them.
    this.phrases = {};
  }

  /** The text of this name, its {places} filled. */
  say(name, values = {}) {
    const { language, table } = this;
    const text = this.phrases[name]?.[language] ?? table[language]?.[name] ?? table.fr[name] ?? name;
    return text.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
  }

  /** What a questionnaire says in the language of the moment, or in its first. */
  of(texts) {
    return texts?.[this.language] ?? Object.values(texts ?? {})[0] ?? "";
  }
}

export const RIGHT_TO_LEFT = new Set(["ar"]);
