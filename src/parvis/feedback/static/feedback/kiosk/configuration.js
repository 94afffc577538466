/* What the kiosk shows: asked from the server, kept on the tablet, used for weeks without network. */

import { sha256 } from "./content-hash.js";
import * as store from "./store.js";

const AUDIO_CACHE = "parvis-kiosk-audio";

export class Configuration {
  constructor({ url, secret }) {
    this.url = url;
    this.secret = secret;
    this.current = null;
  }

  /** The one kept here; null when the kiosk never had any. */
  async load() {
    this.current = (await store.get("configuration")) ?? null;
    return this.current;
  }

  /** Whether it has a question to show, at a touchpoint that is open. */
  get isInService() {
    return Boolean(this.current?.document && this.current.touchpoint.is_open !== false);
  }

  /** Ask for the server's; true when it is another one, now kept here with its sounds. */
  async refresh() {
    const response = await fetch(this.url, {
      headers: { Authorization: `Bearer ${await this.secret()}` },
      cache: "no-store",
      credentials: "omit",
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`configuration: ${response.status}`);
    return this.accept(await response.json());
  }

  /** Keep this one, with its sounds; true when it is not the one already kept. */
  async accept(received) {
    if (!isReadable(received)) throw new Error("configuration: unreadable");
    if (JSON.stringify(received) === JSON.stringify(this.current)) return false;
    await store.put("configuration", received);
    this.current = received;
    this.keeping = this.#keepSounds(received);
    return true;
  }

  /** The sound of a text in a language, as bytes; null without one. */
  async sound(language, text) {
    const keys = await soundKeys(language, text);
    const url = keys.map((key) => this.current?.sounds?.[key]).find(Boolean);
    if (!url) return null;
    try {
      const kept = await (await caches.open(AUDIO_CACHE)).match(url);
      const response = kept ?? (await this.#fetchSound(url));
      return response.ok ? response.arrayBuffer() : null;
    } catch {
      return null;
    }
  }

  async #fetchSound(url) {
    const headers = { Authorization: `Bearer ${await this.secret()}` };
    return fetch(url, { headers, credentials: "omit", signal: AbortSignal.timeout(30_000) });
  }

  /** A sound that does not come keeps nobody from answering: the browser's voice takes its place. */
  async #keepSounds(configuration) {
    const wanted = new Set(
      Object.values(configuration.sounds ?? {}).map((url) => new URL(url, location.href).href),
    );
    try {
      const cache = await caches.open(AUDIO_CACHE);
      const kept = new Set((await cache.keys()).map((request) => request.url));
      for (const url of kept) if (!wanted.has(url)) await cache.delete(url);
      for (const url of wanted) {
        if (kept.has(url)) continue;
        const response = await this.#fetchSound(url).catch(() => null);
        if (response?.ok) await cache.put(url, response);
      }
    } catch {
      // No room for sounds: the questions stay readable.
    }
  }
}

/** Names of a text's sound, as written and with its spaces made plain: SHA-256, in hexadecimal, of
    its language, U+000A and the text. */
function soundKeys(language, text) {
  const plain = text.split(/\s+/).filter(Boolean).join(" ");
  return Promise.all([text, plain].map((one) => sha256(`${language}\n${one}`)));
}

function isReadable(received) {
  return Number.isInteger(received?.configuration) && Boolean(received.touchpoint?.code);
}
