/* The moments of the kiosk. Its wall clock may be ten years wrong: each answer also bears the
   milliseconds since this life of the page began, and each reply of the server tells its own time. */

import { read, result, write } from "./store.js";

// A wall clock that leaves the monotonic one by more than this was set, or the tablet slept.
const JUMP_MS = 60_000;
const LOOK_MS = 10_000;

export class Clock {
  constructor() {
    this.#begin();
    // Server's clock minus ours at the last reply; null = not told yet.
    this.offsetMs = null;
    setInterval(() => this.#look(), LOOK_MS);
  }

  #begin() {
    this.run = crypto.randomUUID();
    this.zero = performance.now();
    // Server's time at the zero of this run, in milliseconds since 1970; null = not told yet.
    this.epochMs = null;
    this.lastGap = Date.now() - this.mono();
  }

  /** Milliseconds since this run began. */
  mono() {
    return performance.now() - this.zero;
  }

  /** Begin another run after a jump: the monotonic clock may have stood still while the tablet
      slept. The answers of the run that ends keep the server's time, which it must know: without
      it, going on with the same run dates them better than a wall clock that has just jumped. */
  #look() {
    const gap = Date.now() - this.mono();
    if (Math.abs(gap - this.lastGap) < JUMP_MS) return;
    if (this.epochMs === null) this.lastGap = gap;
    else this.#begin();
  }

  /** Both clocks, now, and the run that the second belongs to. */
  now() {
    this.#look();
    return { time_ms: Date.now(), mono_ms: Math.floor(this.mono()), run: this.run };
  }

  /** What an answer bears of its moment. */
  stamp() {
    return { ...this.now(), epoch_ms: this.epochMs };
  }

  /** The server said its time between two readings of the clock of `run`: keep it for this run. */
  async synchronise(serverTimeMs, run, sentMono, receivedMono) {
    if (!Number.isFinite(serverTimeMs) || run !== this.run) return;
    this.epochMs = Math.round(serverTimeMs - (sentMono + receivedMono) / 2);
    this.offsetMs = Math.round(this.epochMs + this.mono() - Date.now());
    await write(["runs"], (runs) => {
      runs.put({ run, epoch_ms: this.epochMs });
    });
  }

  /** Forget the runs that no waiting answer belongs to any more. */
  async forgetOthers() {
    const known = await read(["runs"], (runs) => result(runs.getAllKeys()));
    const others = known.filter((run) => run !== this.run);
    if (!others.length) return;
    await write(["runs", "entries"], async (runs, entries) => {
      if (await result(entries.count())) return;
      for (const run of others) runs.delete(run);
    });
  }
}
