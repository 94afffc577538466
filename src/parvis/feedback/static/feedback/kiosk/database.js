/* IndexedDB in promises, and the stores of a kiosk's database.

   `meta` (values by name), `entries` (answers waiting, by sequence number), `aside` (answers the
   server could not read, by identifier), `runs` (server's time at the zero of each run's clock). */

const KEYS = { meta: null, entries: "seq", aside: "id", runs: "run" };
export const STORES = Object.keys(KEYS);

/** Open a kiosk's database, made if need be; a version above its own shuts out those who hold it. */
export function openDatabase(factory, name, version) {
  return new Promise((resolve, reject) => {
    const request = factory.open(name, version);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion) return;
      for (const store of STORES) request.result.createObjectStore(store, { keyPath: KEYS[store] });
    };
    request.onsuccess = () => {
      const database = request.result;
      database.onversionchange = () => database.close();
      resolve(database);
    };
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error("blocked by another tab"));
  });
}

/** The result of one request. */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Resolves once the transaction is done, on the disk when it asked for that. */
export function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
    transaction.onerror = () => {};
  });
}
