/* Nobody touches the screen any more: a warning, twenty seconds to answer it, ten times over
   (WCAG 2.2.1), then the screen is cleared for the next person. */

// The least that the guideline asks for; a configuration may give more time, never less.
const LEAST = { quiet: 20, warning: 20, extensions: 10 };

export class Idle {
  /** `warn(secondsLeft, mayExtend)` shows the warning and is called each second; `calm()` takes it
      away; `leave()` clears the screen. */
  constructor({ warn, calm, leave }) {
    Object.assign(this, { warn, calm, leave });
    this.timer = null;
    this.left = 0;
    this.extensions = 0;
    this.active = false;
    this.limits = LEAST;
  }

  /** `idle` of the configuration: {warn_after_ms, warning_ms, extensions}. */
  configure(idle = {}) {
    this.limits = {
      quiet: Math.max(LEAST.quiet, (idle.warn_after_ms ?? 0) / 1000),
      warning: Math.max(LEAST.warning, (idle.warning_ms ?? 0) / 1000),
      extensions: Math.max(LEAST.extensions, idle.extensions ?? 0),
    };
  }

  get isWarning() {
    return this.left > 0;
  }

  /** Watch a screen. With `warned` false nothing would be lost: it is cleared without a word. */
  watch({ warned = true } = {}) {
    this.stop();
    this.active = true;
    this.warned = warned;
    this.extensions = 0;
    this.#wait();
  }

  stop() {
    clearTimeout(this.timer);
    this.active = false;
    if (this.isWarning) this.calm();
    this.left = 0;
  }

  /** Somebody is there. */
  touched() {
    if (!this.active || this.isWarning) return;
    this.extensions = 0;
    this.#wait();
  }

  /** The warning was answered. */
  extend() {
    if (!this.isWarning || this.extensions >= this.limits.extensions) return;
    this.extensions += 1;
    this.left = 0;
    this.calm();
    this.#wait();
  }

  #wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.warned) {
        this.stop();
        this.leave();
        return;
      }
      this.left = Math.round(this.limits.warning);
      this.#countDown();
    }, this.limits.quiet * 1000);
  }

  #countDown() {
    this.warn(this.left, this.extensions < this.limits.extensions);
    this.timer = setTimeout(() => {
      this.left -= 1;
      if (this.left > 0) {
        this.#countDown();
        return;
      }
      this.left = 0;
      this.active = false;
      this.calm();
      this.leave();
    }, 1000);
  }
}
