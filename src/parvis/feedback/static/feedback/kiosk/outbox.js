/* Answers between the tap and the server's receipt.

   `add` resolves once the answers are on the disk of the kiosk, with sequence numbers drawn in the
   same transaction. An answer leaves only against a receipt that bears its identifier and the hash
   computed here: no status, timeout, restart or other tab takes it away. */

import { contentHash } from "./content-hash.js";
import * as store from "./store.js";

export const MAX_BATCH = 500;
// Of a body, under what the server takes: 500 long comments in Chinese would pass it.
const MAX_BATCH_BYTES = 800_000;
// A body under this goes as it is: compressing it would gain nothing.
const MIN_COMPRESSED_BYTES = 4_000;
const PATIENCE_MS = 60_000;
const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 5 * 60_000;
// A kiosk with nothing to send says that it is there.
const HEARTBEAT_MS = 5 * 60_000;
const REFUSED_DELAY_MS = 60_000;
const GATHERING_MS = 400;
// Why an answer is aside: it was given at another touchpoint than that of the device of now.
const ELSEWHERE = "touchpoint of another device";
const encoder = new TextEncoder();

export class Outbox {
  /** `secret()` gives the device's secret, `health()` what the server is told of the kiosk;
      `told(event)` hears of each change: {kind: "synchronised" | "waiting" | "refused" | …}. */
  constructor({ url, clock, secret, health = async () => ({}), told = () => {} }) {
    Object.assign(this, { url, clock, secret, health, told });
    this.failures = 0;
    this.largestBatch = MAX_BATCH;
    this.lastSynchronisedAt = null;
    // No sending before this reading of the monotonic clock; `asked` when the server chose it.
    this.notBefore = 0;
    this.asked = false;
    this.running = null;
    this.timer = null;
    this.stopped = true;
  }

  // --- Keeping ------------------------------------------------------------------------------

  /** Write answers down; resolves to them, with their numbers, once they are on the disk. */
  async add(answers) {
    const entries = answers.map((answer) => ({
      id: crypto.randomUUID(),
      text: "",
      ...answer,
      ...this.clock.stamp(),
    }));
    await store.write(["meta", "entries"], async (meta, waiting) => {
      let sequence = (await store.result(meta.get("sequence"))) ?? 0;
      for (const entry of entries) {
        sequence += 1;
        entry.seq = sequence;
        waiting.add(entry);
      }
      meta.put(sequence, "sequence");
    });
    this.wake(GATHERING_MS);
    return entries;
  }

  /** How many answers wait, and how many the server could not read. */
  async counts() {
    return store.read(["entries", "aside"], async (entries, aside) => {
      const both = [store.result(entries.count()), store.result(aside.count())];
      const [waiting, setAside] = await Promise.all(both);
      return { waiting, setAside };
    });
  }

  /** Become another device, at this touchpoint: its numbers begin at 1, with the answers that wait.

      Those of another touchpoint may belong to another body: they stay on the tablet, put aside,
      until it is paired with theirs again. */
  static becomeDevice(device, touchpoint) {
    return oneTabAtATime(() =>
      store.write(["meta", "entries", "aside"], async (meta, entries, aside) => {
        const both = [store.result(entries.getAll()), store.result(aside.getAll())];
        const [waiting, setAside] = await Promise.all(both);
        const elsewhere = setAside.filter((entry) => entry.refusedField === ELSEWHERE);
        entries.clear();
        for (const entry of setAside) aside.put({ ...entry, seq: null });
        let sequence = 0;
        for (const { refusedField, ...entry } of [...elsewhere, ...waiting]) {
          if (entry.touchpoint === touchpoint) {
            sequence += 1;
            entries.add({ ...entry, seq: sequence });
            aside.delete(entry.id);
          } else aside.put({ ...entry, seq: null, refusedField: ELSEWHERE });
        }
        meta.put(sequence, "sequence");
        meta.put(device, "device");
      }),
    );
  }

  /** Try again the answers that the server could not read: it may have learnt to. */
  takeBack() {
    return oneTabAtATime(() =>
      store.write(["meta", "entries", "aside"], async (meta, entries, aside) => {
        let sequence = (await store.result(meta.get("sequence"))) ?? 0;
        for (const { refusedField, ...entry } of await store.result(aside.getAll())) {
          if (refusedField === ELSEWHERE) continue;
          if (entry.seq === null) entry.seq = sequence += 1;
          entries.add(entry);
          aside.delete(entry.id);
        }
        meta.put(sequence, "sequence");
      }),
    );
  }

  /** Stop being a device; false, and nothing changed, while an answer waits. */
  static leaveDevice() {
    return oneTabAtATime(() =>
      store.write(["meta", "entries"], async (meta, entries) => {
        if (await store.result(entries.count())) return false;
        for (const name of ["device", "sequence", "configuration"]) meta.delete(name);
        return true;
      }),
    );
  }

  // --- Sending ------------------------------------------------------------------------------

  start() {
    this.stopped = false;
    window.addEventListener("online", () => {
      // All the kiosks of a town come back at the same moment.
      this.failures = 0;
      if (!this.asked) this.notBefore = 0;
      this.wake(Math.random() * 3_000);
    });
    this.wake(0);
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Send in so many milliseconds, but never before the moment the server asked for. */
  wake(delay) {
    if (this.stopped) return;
    const due = Math.max(performance.now() + delay, this.notBefore);
    if (this.timer !== null && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.flush();
    }, due - performance.now());
  }

  /** Send all that waits, one flush at a time, one tab at a time; true when nothing is left. */
  flush() {
    this.running ??= this.#flush().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async #flush() {
    let outcome;
    try {
      outcome = await oneTabAtATime(() => this.#sendAll());
    } catch (error) {
      outcome = { done: false, why: String(error) };
    }
    if (outcome.done) {
      this.failures = 0;
      this.notBefore = 0;
      this.wake(HEARTBEAT_MS);
    } else {
      this.failures += 1;
      this.asked = outcome.retryAfterMs !== undefined;
      const delay = outcome.retryAfterMs ?? this.#backoff(outcome);
      this.notBefore = performance.now() + delay;
      this.told({ kind: outcome.refused ? "refused" : "waiting", why: outcome.why, delay });
      this.wake(delay);
    }
    return outcome.done;
  }

  /** Milliseconds to wait after a failure: longer each time, and never the same for two kiosks. */
  #backoff({ refused }) {
    if (refused) return REFUSED_DELAY_MS * (0.5 + Math.random());
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(this.failures, 10));
    return longest * (0.5 + Math.random() / 2);
  }

  async #sendAll() {
    for (;;) {
      const secret = await this.secret();
      if (!secret) return { done: false, why: "unpaired" };
      const batch = await this.#nextBatch();
      const outcome = await this.#send(batch, secret);
      if (!outcome.done) return outcome;
      if (outcome.again) continue;
      const { waiting } = await this.counts();
      if (!waiting) {
        await this.clock.forgetOthers();
        return { done: true };
      }
    }
  }

  /** The oldest answers, as many as one request may bear, with the hash of each. */
  async #nextBatch() {
    const { entries, runs } = await store.read(["entries", "runs"], async (entries, runs) => {
      const both = [store.result(entries.getAll(null, this.largestBatch)), store.result(runs.getAll())];
      const [oldest, known] = await Promise.all(both);
      return { entries: oldest, runs: new Map(known.map((run) => [run.run, run.epoch_ms])) };
    });
    const batch = [];
    let bytes = 0;
    for (const entry of entries) {
      const sent = { ...entry, epoch_ms: entry.epoch_ms ?? runs.get(entry.run) ?? null };
      bytes += encoder.encode(encode(sent)).length + 1;
      if (batch.length && bytes > MAX_BATCH_BYTES) break;
      batch.push(sent);
    }
    return Promise.all(batch.map(async (entry) => ({ entry, hash: await contentHash(entry) })));
  }

  async #send(batch, secret) {
    const sent = this.clock.now();
    const body = encode({
      sent,
      health: await this.health(),
      answers: batch.map(({ entry }) => entry),
    });
    let response;
    let reply;
    try {
      response = await fetch(this.url, await request(body, secret));
      reply = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
    } catch (error) {
      return { done: false, why: `network: ${error.name}` };
    }
    if (response.status === 202 || response.status === 409) {
      return this.#acknowledge(batch, reply, sent);
    }
    if (response.status === 422) return this.#setAside(batch, reply);
    if (response.status === 413 && batch.length > 1) {
      this.largestBatch = Math.ceil(batch.length / 2);
      return { done: true, again: true };
    }
    if (response.status === 401) return { done: false, refused: true, why: "401" };
    return { done: false, why: String(response.status), retryAfterMs: retryAfter(response) };
  }

  /** Let go of the answers whose receipt bears their identifier and their hash, and of no other. */
  async #acknowledge(batch, reply, sent) {
    if (!Array.isArray(reply?.receipts)) return { done: false, why: "no receipts" };
    const hashes = new Map(reply.receipts.map((receipt) => [receipt?.id, receipt?.hash]));
    const received = batch.filter(({ entry, hash }) => hashes.get(entry.id) === hash);
    if (received.length) {
      await store.write(["entries"], (entries) => {
        for (const { entry } of received) entries.delete(entry.seq);
      });
    }
    await this.clock.synchronise(reply.server_time_ms, sent.run, sent.mono_ms, this.clock.mono());
    if (received.length < batch.length) return { done: false, why: "missing receipts" };
    this.largestBatch = Math.min(MAX_BATCH, this.largestBatch * 2);
    this.lastSynchronisedAt = Date.now();
    this.told({ kind: "synchronised", configuration: reply.configuration });
    return { done: true };
  }

  /** Put apart, still on this disk, the answers the server cannot read; the others go again. */
  async #setAside(batch, reply) {
    const errors = Array.isArray(reply?.errors) ? reply.errors : [];
    const faulty = errors.filter((error) => batch[error?.index]);
    if (!faulty.length) return { done: false, why: "422" };
    await store.write(["entries", "aside"], (entries, aside) => {
      for (const { index, field } of faulty) {
        const { entry } = batch[index];
        aside.put({ ...entry, refusedField: field ?? "" });
        entries.delete(entry.seq);
      }
    });
    this.told({ kind: "set-aside", count: faulty.length });
    return { done: true, again: true };
  }
}

/** JSON, in which a BigInt is a number like another; the texts of answers hold no NUL. */
function encode(value) {
  const mark = (_name, one) => (typeof one === "bigint" ? `\0${one}` : one);
  return JSON.stringify(value, mark).replace(/"\\u0000(\d+)"/g, "$1");
}

function oneTabAtATime(work) {
  if (!navigator.locks) return work();
  return navigator.locks.request("parvis-kiosk-outbox", work);
}

async function request(body, secret) {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${secret}` };
  let content = body;
  if (body.length >= MIN_COMPRESSED_BYTES && "CompressionStream" in window) {
    const compressed = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
    content = await new Response(compressed).blob();
    headers["Content-Encoding"] = "gzip";
  }
  return {
    method: "POST",
    headers,
    body: content,
    cache: "no-store",
    credentials: "omit",
    redirect: "error",
    signal: AbortSignal.timeout(PATIENCE_MS),
  };
}

/** Milliseconds the server asks to wait, spread so that the kiosks do not come back together. */
function retryAfter(response) {
  const asked = response.headers.get("Retry-After");
  if (!asked) return undefined;
  const seconds = /^\d+$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000;
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(seconds, 1), 3600) * 1000 * (1 + Math.random() / 4);
}
