/* Each start of the kiosk passes to a new database, a generation, alone in a storage bucket.

   Chromium keeps a database as a log. A kill may leave half a record at its end; the next start
   writes on after it, and the start after that finds the log spoilt and throws all of it away. So a
   start copies everything into a new generation and writes nothing more in the one before, which
   goes once the new one bears its mark: it is all on the disk. The highest that bears its mark is
   the one in use. Measured, with what was rejected: docs/adr/0013. */

import { finished, openDatabase, result, STORES } from "./database.js";

const NAME = "parvis-kiosk";
const PREFIX = "parvis-kiosk-";
const MARK = "generation";
// Held while a tab chooses or makes its generation, then for as long as the tab lives.
const OPENING = "parvis-kiosk-opening";
const IN_USE = "parvis-kiosk-in-use";
// The page that a reload has just ended may hold its lock a moment more.
const LEAVING_MS = 1_000;
const STRICT = { durability: "strict" };

let isHeld = false;

/** The database in use: {database, bucket, isOld}.

    `bucket` is null where the browser has none, and the database that of the origin, as it is.
    `isOld` = the start could not pass to a new one, for want of room: a later one may. */
export function openGeneration() {
  if (!navigator.storageBuckets || !navigator.locks) {
    return openDatabase(indexedDB, NAME).then((database) => ({ database, bucket: null }));
  }
  return navigator.locks.request(OPENING, async () => {
    // Another tab writes in it: it has passed to it since the browser started.
    const opened = (await isAlone()) ? await renew() : await newest();
    await stayInUse();
    return opened;
  });
}

/** Whether no other page lives in the last generation. Only a lock that is held says no, never the
    slowness of the machine: to go on with the last one after a kill is what loses all. */
async function isAlone() {
  const isFree = () => navigator.locks.request(IN_USE, { ifAvailable: true }, Boolean);
  if (await isFree()) return true;
  await new Promise((resolve) => setTimeout(resolve, LEAVING_MS));
  return isFree();
}

function stayInUse() {
  if (isHeld) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const hold = () => {
      isHeld = true;
      resolve();
      return new Promise(() => {});
    };
    navigator.locks.request(IN_USE, { mode: "shared" }, hold).catch(reject);
  });
}

/** Numbers of the generations there are, complete or not, the highest first. */
async function numbers() {
  const names = await navigator.storageBuckets.keys();
  const ours = names.filter((name) => name.startsWith(PREFIX));
  return ours.map((name) => Number(name.slice(PREFIX.length))).sort((one, other) => other - one);
}

async function open(number) {
  const options = { ...STRICT, persisted: true };
  const bucket = await navigator.storageBuckets.open(PREFIX + number, options);
  const database = await openDatabase(bucket.indexedDB, NAME);
  return { number, bucket, database };
}

/** The highest that bears its mark; without any, the database from before generations. */
async function newest() {
  for (const number of await numbers()) {
    const generation = await open(number);
    const meta = generation.database.transaction("meta").objectStore("meta");
    if ((await result(meta.get(MARK))) === number) return generation;
    generation.database.close();
  }
  return { number: 0, bucket: null, database: await openDatabase(indexedDB, NAME) };
}

/** Pass to a new generation; whatever fails or dies before its mark, the one before stays. */
async function renew() {
  const last = await newest();
  // A kill may have come just before this.
  if (last.number === 1) await forgetOrigin();
  const number = Math.max(0, ...(await numbers())) + 1;
  try {
    const next = await open(number);
    const sequence = await copy(last.database, next.database);
    if (!last.bucket) await shutOut(last, sequence);
    const marking = next.database.transaction("meta", "readwrite", STRICT);
    marking.objectStore("meta").put(number, MARK);
    await finished(marking);
    last.database.close();
    if (!last.bucket) await forgetOrigin();
    await forgetAllBut(number);
    return next;
  } catch {
    last.database.close();
    const kept = await newest();
    await forgetAllBut(kept.number);
    return { ...kept, isOld: true };
  }
}

/** Copy all; resolves, once it is on the disk, to the number of the last answer copied. */
async function copy(from, to) {
  const reading = from.transaction(STORES);
  const kept = await Promise.all(
    STORES.map((name) => {
      const store = reading.objectStore(name);
      return Promise.all([result(store.getAllKeys()), result(store.getAll())]);
    }),
  );
  const writing = to.transaction(STORES, "readwrite", STRICT);
  for (const [rank, [keys, values]] of kept.entries()) {
    const store = writing.objectStore(STORES[rank]);
    values.forEach((value, at) => store.put(value, store.keyPath ? undefined : keys[at]));
  }
  await finished(writing);
  const [keys, values] = kept[STORES.indexOf("meta")];
  return values[keys.indexOf("sequence")];
}

/** Take the database from before generations away from tabs of that time, which know no lock;
    throws when one of them has kept an answer meanwhile. */
async function shutOut(last, sequence) {
  last.database = await openDatabase(indexedDB, NAME, last.database.version + 1);
  const meta = last.database.transaction("meta").objectStore("meta");
  if ((await result(meta.get("sequence"))) !== sequence) throw new Error("an answer came meanwhile");
}

function forgetOrigin() {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(NAME);
    request.onsuccess = request.onerror = request.onblocked = resolve;
  });
}

async function forgetAllBut(number) {
  for (const other of await numbers()) {
    if (other !== number) await navigator.storageBuckets.delete(PREFIX + other).catch(() => {});
  }
}
