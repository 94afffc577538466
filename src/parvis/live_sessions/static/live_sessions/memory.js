/* What a device keeps of a room: its secret, and for each round what it answers.

   { secret, hasEntered, rounds: { [number]: { draft, waiting, sent, order, lateAt, isUnsure } } }
   `draft`: being composed. `waiting`: given, and not yet known to be received. `sent`: received by
   the server. `lateAt`: version of the room at which an answer came after the vote. Where the browser keeps nothing (a private window), the page itself does. */

import { drawSecret } from "./token.js";

export class Memory {
  constructor(code) {
    this.name = `parvis-seance-${code}`;
    this.keeps = true;
    this.held = { secret: "", hasEntered: false, rounds: {} };
    this.read();
  }

  /** `given`: the secret that a page without scripts went by until now, or an empty string. */
  begin(given) {
    if (this.held.secret) return;
    this.held.secret = given || drawSecret();
    this.write();
  }

  get secret() {
    return this.held.secret;
  }

  get hasEntered() {
    return this.held.hasEntered;
  }

  enter() {
    this.held.hasEntered = true;
    this.write();
  }

  /** What is known of a round; never undefined. */
  round(number) {
    return this.held.rounds[number] ?? {};
  }

  /** Change what is known of a round; a field that is undefined is forgotten. */
  change(number, fields) {
    this.held.rounds[number] = { ...this.round(number), ...fields };
    this.write();
  }

  forgetRound(number) {
    if (!(number in this.held.rounds)) return;
    delete this.held.rounds[number];
    this.write();
  }

  forgetAll() {
    this.held = { ...this.held, rounds: {} };
    try {
      localStorage.removeItem(this.name);
    } catch {
      // Nothing was kept.
    }
  }

  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.name) ?? "null");
      if (typeof kept?.secret === "string") this.held = { ...this.held, ...kept };
    } catch {
      this.keeps = false;
    }
  }

  write() {
    try {
      localStorage.setItem(this.name, JSON.stringify(this.held));
    } catch {
      this.keeps = false;
    }
  }
}
