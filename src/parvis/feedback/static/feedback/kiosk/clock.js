/* The moments of the kiosk. Its wall clock may be ten years wrong: each answer also bears the
   milliseconds since this life of the page began, and each reply of the server tells its own time. */

import { read, result, write } from "./store.js";

export class Clock {
  constructor() {
    this.run = crypto.randomUUID();
    // Server's time at the zero of this run, in milliseconds since 1970; null = not told yet.
    this.epochMs = null;
    // Server's clock minus ours at the last reply; null = not told yet.
    this.offsetMs = null;
  }

  /** Both clocks, now, and the run that the second belongs to. */
  now() {
    return { time_ms: Date.now(), mono_ms: Math.floor(performance.now()), run: this.run };
  }

  /** What an answer bears of its moment. */
  stamp() {
    return { ...this.now(), epoch_ms: this.epochMs };
  }

  /** The server said its time between two readings of the monotonic clock: keep it for this run. */
  async synchronise(serverTimeMs, sentMono, receivedMono) {
    if (!Number.isFinite(serverTimeMs)) return;
    const middle = (sentMono + receivedMono) / 2;
    this.epochMs = Math.round(serverTimeMs - middle);
    this.offsetMs = Math.round(this.epochMs + performance.now() - Date.now());
    await write(["runs"], (runs) => {
      runs.put({ run: this.run, epoch_ms: this.epochMs });
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
