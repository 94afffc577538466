/* The kiosk's own database: what it is, what it shows, and the answers that no server has yet.

   Stores: `meta` (values by name), `entries` (answers waiting, by sequence number), `aside` (answers
   the server could not read, by identifier), `runs` (server's time at the zero of each run's clock).
   A write is durable when its promise resolves: on the disk, not in a cache of the system. */

const NAME = "parvis-kiosk";
const VERSION = 1;

let opening = null;

/** The open database; rejects when the browser has none to give. */
export function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const database = request.result;
      database.createObjectStore("meta");
      database.createObjectStore("entries", { keyPath: "seq" });
      database.createObjectStore("aside", { keyPath: "id" });
      database.createObjectStore("runs", { keyPath: "run" });
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another tab of a later version, or a browser in trouble: the next use opens again.
      database.onversionchange = () => database.close();
      database.onclose = () => (opening = null);
      resolve(database);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked by another tab"));
  }).catch((error) => {
    opening = null;
    throw error;
  });
  return opening;
}

/** The result of one request. */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function transact(mode, names, work, options) {
  const database = await open();
  const transaction = database.transaction(names, mode, options);
  const finished = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    transaction.onerror = () => {};
  });
  let value;
  try {
    value = await work(...names.map((name) => transaction.objectStore(name)));
  } catch (error) {
    finished.catch(() => {});
    try {
      transaction.abort();
    } catch {
      // It has aborted by itself: a full disk does that.
    }
    throw error;
  }
  await finished;
  return value;
}

/** What `work` reads in one transaction; it is given the stores in the order of `names`. */
export function read(names, work) {
  return transact("readonly", names, work);
}

/** Resolves to what `work` returned once its writes are on the disk; rejects when none of them is. */
export function write(names, work) {
  return transact("readwrite", names, work, { durability: "strict" });
}

export function get(name) {
  return read(["meta"], (meta) => result(meta.get(name)));
}

export function put(name, value) {
  return write(["meta"], (meta) => {
    meta.put(value, name);
  });
}
