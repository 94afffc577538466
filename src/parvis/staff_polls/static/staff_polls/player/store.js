/* What the device keeps of a ballot until it is sent, and after, so that it may be changed.

   A record: { poll, owner, invitation | code, blinded, token, group, answers, orders, position,
   status ("answering", "sending", "sent"), wasSent }. The invitation is erased from it once the token is collected. Where the browser keeps
   nothing (a private window), the page itself does, and says so. */

const DATABASE = "parvis-sondages";
const TABLE = "ballots";

export class Store {
  /** `database` is null where nothing is kept from a visit to the next. */
  constructor(poll, database) {
    this.poll = poll;
    this.database = database;
    this.memory = new Map();
  }

  static async open(poll) {
    let database = null;
    try {
      database = await opened();
    } catch {
      // Refused by the browser's settings: the page keeps what it can.
    }
    return new Store(poll, database);
  }

  get keeps() {
    return this.database !== null;
  }

  async read(owner) {
    if (!this.keeps) return this.memory.get(owner) ?? null;
    return (await this.ask("readonly", (table) => table.get([this.poll, owner]))) ?? null;
  }

  /** Resolved once it is on the disk, as far as the browser tells. */
  async write(record) {
    if (!this.keeps) {
      this.memory.set(record.owner, record);
      return;
    }
    await this.ask("readwrite", (table) => table.put(record));
  }

  async remove(owner) {
    this.memory.delete(owner);
    if (this.keeps) await this.ask("readwrite", (table) => table.delete([this.poll, owner]));
  }

  /** All that this device keeps for this poll. */
  async all() {
    if (!this.keeps) return [...this.memory.values()];
    const range = IDBKeyRange.bound([this.poll, ""], [this.poll, "\uffff"]);
    return this.ask("readonly", (table) => table.getAll(range));
  }

  ask(mode, question) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(TABLE, mode, { durability: "strict" });
      const request = question(transaction.objectStore(TABLE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
    });
  }
}

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore(TABLE, { keyPath: ["poll", "owner"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked"));
  });
}

/** The name of whose record it is: what was given, which cannot be read back from it. */
export async function ownerOf(kind, secret) {
  const bytes = new TextEncoder().encode(`${kind}\n${secret}`);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest.slice(0, 12)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
