/* Elements in one line, and the texts that citizens read, in their language. */

export { copyOf, make } from "../../foundation/js/make.js";

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
