/* The kiosk's own database: what it is, what it shows, and the answers that no server has yet.

   Its stores are those of `database.js`; which database it is, `generations.js` says. A write is
   durable when its promise resolves: on the disk, not in a cache of the system. */

import { finished, result } from "./database.js";
import { openGeneration } from "./generations.js";

export { result };

let opening = null;

/** The open generation; rejects when the browser has none to give. */
function open() {
  opening ??= openGeneration()
    .then((generation) => {
      const { database } = generation;
      // Another tab of a later version, or a browser in trouble: the next use opens again.
      database.onversionchange = () => {
        database.close();
        opening = null;
      };
      database.onclose = () => (opening = null);
      return generation;
    })
    .catch((error) => {
      opening = null;
      throw error;
    });
  return opening;
}

/** The bucket of this database; null where the browser has none. */
export async function bucket() {
  return (await open()).bucket;
}

/** Whether the start had no room to pass to a new database. */
export async function isOld() {
  return Boolean((await open()).isOld);
}

async function transact(mode, names, work, options) {
  const { database } = await open();
  const transaction = database.transaction(names, mode, options);
  const done = finished(transaction);
  let value;
  try {
    value = await work(...names.map((name) => transaction.objectStore(name)));
  } catch (error) {
    done.catch(() => {});
    try {
      transaction.abort();
    } catch {
      // It has aborted by itself: a full disk does that.
    }
    throw error;
  }
  await done;
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
