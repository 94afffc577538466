/* What is on the screen, said aloud: by the sounds made when the questionnaire was published, else by
   the browser's own voice when it has one in that language, else not at all. */

export class Speech {
  /** `sound(language, text)` resolves to the bytes of a sound file, or to null. */
  constructor({ sound }) {
    this.sound = sound;
    this.context = null;
    this.turn = 0;
    this.playing = null;
  }

  /** Say these texts one after another, until `stop` or other texts; `progress()` after each. */
  async say(language, texts, progress = () => {}) {
    this.stop();
    const turn = this.turn;
    for (const text of texts) {
      if (turn !== this.turn) return;
      const bytes = await this.sound(language, text);
      if (turn !== this.turn) return;
      const said = bytes ? await this.#play(bytes) : false;
      if (!said && turn === this.turn) await this.#speak(language, text);
      progress();
    }
  }

  stop() {
    this.turn += 1;
    try {
      this.playing?.stop();
    } catch {
      // It had ended.
    }
    this.playing = null;
    window.speechSynthesis?.cancel();
  }

  /** True when the sound was played to its end, or stopped. */
  async #play(bytes) {
    try {
      this.context ??= new AudioContext();
      if (this.context.state === "suspended") await this.context.resume();
      const source = this.context.createBufferSource();
      source.buffer = await this.context.decodeAudioData(bytes);
      source.connect(this.context.destination);
      const ended = new Promise((resolve) => source.addEventListener("ended", resolve));
      this.playing = source;
      source.start();
      await ended;
      return true;
    } catch {
      return false;
    }
  }

  async #speak(language, text) {
    const synthesis = window.speechSynthesis;
    if (!synthesis || !text) return;
    const voices = synthesis.getVoices();
    const voice = voices.find((one) => one.lang.toLowerCase().startsWith(language));
    // A text read by a voice of another language is noise.
    if (voices.length && !voice) return;
    const utterance = new SpeechSynthesisUtterance(text);
    utterance.lang = language;
    if (voice) utterance.voice = voice;
    await new Promise((resolve) => {
      utterance.onend = resolve;
      utterance.onerror = resolve;
      // Some browsers tell neither: a sentence lasts so long at most.
      setTimeout(resolve, 3_000 + text.length * 120);
      synthesis.speak(utterance);
    });
  }
}
