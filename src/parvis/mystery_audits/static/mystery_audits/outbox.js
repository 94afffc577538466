/* Saves on their way: kept in localStorage until the server has acknowledged each of them.

   An entry leaves the outbox on the server's receipt, or on a refusal that is shown to the person;
   never because the network, the session or the server failed. One entry per field: a later value
   takes the place of an earlier one but keeps its base, and remembers what was tried, so that a
   receipt lost on the way is not mistaken for somebody else's change. There is no service worker:
   a page already open goes on working without network, a new one does not load. */

const PREFIX = "parvis.outbox/";
const RETRY_MS = 15000;

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

function write(key, entries) {
  if (Object.keys(entries).length === 0) {
    localStorage.removeItem(key);
  } else {
    localStorage.setItem(key, JSON.stringify(entries));
  }
}

/** Number of saves waiting on this device whose owner is `owner` (a hat), all contacts together. */
export function waitingOf(owner) {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(`${PREFIX}${owner}/`))
    .reduce((count, key) => count + Object.keys(read(key)).length, 0);
}

export class Outbox {
  /** `name` is "hat/contact"; `handlers` are told of each outcome: see `flush`. */
  constructor(name, url, token, handlers) {
    this.key = PREFIX + name;
    this.url = url;
    this.token = token;
    this.handlers = handlers;
    this.running = null;
    window.addEventListener("online", () => this.flush());
    setInterval(() => this.size && this.flush(), RETRY_MS);
  }

  get entries() {
    return read(this.key);
  }

  get size() {
    return Object.keys(this.entries).length;
  }

  /** `extra` holds what else is sent with the value, as text. */
  put(field, value, base, extra = {}) {
    const entries = this.entries;
    const former = entries[field];
    entries[field] = { value, base: former?.base ?? base, tried: former?.tried ?? [], extra };
    write(this.key, entries);
    return this.flush();
  }

  drop(field) {
    const entries = this.entries;
    delete entries[field];
    write(this.key, entries);
  }

  clear() {
    localStorage.removeItem(this.key);
  }

  /** Send what waits, one flush at a time; resolves to true when nothing is left. */
  flush() {
    this.running ??= this.#send().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async #send() {
    for (;;) {
      const [field, entry] = Object.entries(this.entries)[0] ?? [];
      if (field === undefined) return true;
      this.#remember(field, entry);
      let response;
      let receipt;
      try {
        response = await fetch(this.url, {
          method: "POST",
          redirect: "manual",
          headers: { Accept: "application/json", "X-CSRFToken": this.token },
          body: new URLSearchParams({ ...entry.extra, field, value: entry.value, base: entry.base }),
        });
        receipt = response.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
      } catch {
        this.handlers.waiting(this.size, "network");
        return false;
      }
      if (response.type === "opaqueredirect" || response.status === 403) {
        this.handlers.waiting(this.size, "signed-out");
        return false;
      }
      if (receipt === null || response.status >= 500) {
        this.handlers.waiting(this.size, "server");
        return false;
      }
      this.#settle(field, entry, response, receipt);
    }
  }

  #remember(field, entry) {
    const entries = this.entries;
    entries[field] = { ...entry, tried: [...new Set([...entry.tried, entry.value])] };
    write(this.key, entries);
  }

  #settle(field, sent, response, receipt) {
    const entries = this.entries;
    const now = entries[field];
    if (response.ok) {
      if (now && now.value !== sent.value) {
        // Changed while the save was under way: what is stored is the new starting point.
        entries[field] = { ...now, base: receipt.base, tried: [] };
        write(this.key, entries);
      } else {
        this.drop(field);
      }
      this.handlers.saved(receipt, this.size);
      return;
    }
    if (response.status === 409 && "stored" in receipt) {
      if (now.tried.includes(receipt.stored)) {
        // Our own earlier save, whose receipt was lost: start again from it.
        entries[field] = { ...now, base: receipt.base };
        write(this.key, entries);
        return;
      }
      this.drop(field);
      this.handlers.conflict({ ...receipt, field }, this.size);
      return;
    }
    this.drop(field);
    this.handlers.refused(field, receipt.message, this.size);
  }
}
