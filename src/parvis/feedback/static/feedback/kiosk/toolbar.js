/* The bar below every screen: read aloud, more contrast, another language. Each person finds it as
   it was set up, whatever the one before chose. */

import { make } from "./dom.js";
import { spokenTexts } from "./screens.js";

export class Toolbar {
  /** `changed()` is called when the language is another one, `presence()` while one listens. */
  constructor({ words, speech, changed, presence }) {
    Object.assign(this, { words, speech, changed, presence });
    this.element = document.getElementById("bar");
    this.listening = this.element.querySelector("[data-listen]");
    this.contrast = this.element.querySelector("[data-contrast-switch]");
    this.languages = this.element.querySelector("[data-languages]");
    this.names = JSON.parse(document.getElementById("languages").textContent);
    this.isListening = false;
    this.listening.addEventListener("click", () => this.#listen(!this.isListening));
    this.contrast.addEventListener("click", () => this.#strengthen(!this.isStrong));
  }

  get isStrong() {
    return document.documentElement.dataset.contrast === "high";
  }

  /** As for somebody who just came. */
  reset(configuration) {
    this.words.language = configuration?.document?.languages[0] ?? document.body.dataset.language;
    this.words.phrases = configuration?.phrases ?? {};
    this.isListening = false;
    this.speech.stop();
    this.#strengthen(false);
  }

  /** The words of the bar, and the languages of this questionnaire. */
  show(configuration) {
    const { words } = this;
    this.listening.querySelector("span").textContent = words.say("listen");
    this.listening.setAttribute("aria-pressed", String(this.isListening));
    this.contrast.querySelector("span").textContent = words.say("contrast");
    this.languages.setAttribute("aria-label", words.say("language"));
    const { languages } = configuration.document;
    this.languages.hidden = languages.length < 2;
    this.languages.replaceChildren(
      ...languages.map((language) =>
        make(
          "button",
          {
            type: "button",
            lang: language,
            "aria-pressed": String(language === words.language),
            onclick: () => this.#speakAnother(language, configuration),
          },
          this.names[language] ?? language,
        ),
      ),
    );
  }

  /** Read a screen aloud when somebody asked to listen; who listens is there. */
  read(screen) {
    this.speech.stop();
    if (this.isListening) this.speech.say(this.words.language, spokenTexts(screen), this.presence);
  }

  #speakAnother(language, configuration) {
    this.words.language = language;
    this.show(configuration);
    this.changed();
  }

  #listen(isListening) {
    this.isListening = isListening;
    this.listening.setAttribute("aria-pressed", String(isListening));
    this.read(document.getElementById("screen"));
  }

  #strengthen(isStrong) {
    if (isStrong) document.documentElement.dataset.contrast = "high";
    else delete document.documentElement.dataset.contrast;
    this.contrast.setAttribute("aria-pressed", String(isStrong));
  }
}
