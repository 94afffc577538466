/* Sending the answer of a round until the server has it, the last one given and none twice. */

import { patience } from "./following.js";
import { Refused, tell, Unreachable } from "./server.js";
import { tokenOf } from "./token.js";

const CLOSED = 410;

/** `onChange(round)` each time something is known: what, the memory says. `onLate(round)` when the
    vote was closed before; `onRefused(round, error)` for an answer that is none of the card's. */
export class Sender {
  constructor({ address, code, memory, onChange, onLate, onRefused }) {
    Object.assign(this, { address, code, memory, onChange, onLate, onRefused });
    this.round = null;
    this.timer = null;
    this.isSending = false;
    this.failures = 0;
    window.addEventListener("online", () => this.again());
    document.addEventListener("visibilitychange", () => document.hidden || this.again());
  }

  /** Whether the last attempt failed, and another one is to come. */
  get isHeldUp() {
    return this.failures > 0;
  }

  /** Take an answer: kept first, then sent. */
  give(round, answer) {
    this.memory.change(round, { draft: undefined, waiting: answer, lateAt: undefined });
    this.round = round;
    this.again();
  }

  /** Send what waits for this round, if anything does: now, or at the attempt that is to come. */
  resume(round) {
    if (this.round === round && this.isHeldUp) return;
    this.failures = 0;
    this.round = round;
    this.again();
  }

  again() {
    clearTimeout(this.timer);
    if (this.round !== null) this.attempt(this.round);
  }

  async attempt(round) {
    const { waiting } = this.memory.round(round);
    if (this.isSending || waiting === undefined) return;
    this.isSending = true;
    try {
      const token = await tokenOf(this.memory.secret, { code: this.code, round });
      await tell(this.address, { round, token, answer: waiting });
      this.failures = 0;
      this.memory.change(round, { sent: waiting, isUnsure: undefined });
      this.settle(round, waiting);
    } catch (error) {
      if (error instanceof Unreachable) this.wait(round, error);
      else if (error instanceof Refused) this.refuse(round, waiting, error);
      else throw error;
    } finally {
      this.isSending = false;
    }
    this.onChange(round);
    if (!this.isHeldUp) this.again();
  }

  /** What was told waits no more, unless another answer was given meanwhile. */
  settle(round, told, fields = {}) {
    const { waiting } = this.memory.round(round);
    const isLast = JSON.stringify(waiting) === JSON.stringify(told);
    if (isLast) this.memory.change(round, { waiting: undefined, ...fields });
    return isLast;
  }

  refuse(round, told, error) {
    this.failures = 0;
    if (!this.settle(round, told, { draft: told })) return;
    if (error.status === CLOSED) this.onLate(round);
    else this.onRefused(round, error);
  }

  wait(round, { mayBeTaken }) {
    this.failures += 1;
    // Received perhaps, its receipt lost: should the vote close now, nobody here can tell.
    if (mayBeTaken) this.memory.change(round, { isUnsure: true });
    this.timer = setTimeout(() => this.again(), patience(this.failures));
  }
}
