/* The room left on the tablet, and the promise that the browser will not take it back.

   Two places count: that of the answers (`store.bucket()`), and that of the page and its sounds. */

import * as store from "./store.js";

async function places() {
  return [navigator.storage, await store.bucket()].filter(Boolean);
}

/** Ask the browser to keep what is stored here even when it lacks room; true when it promises. */
export async function askToPersist() {
  try {
    const promises = [];
    for (const place of await places()) promises.push(await place.persist());
    return promises.every(Boolean);
  } catch {
    return false;
  }
}

/** Bytes that may still be written; null when the browser does not say. */
export async function storageLeft() {
  try {
    const said = await Promise.all((await places()).map((place) => place.estimate()));
    const left = Math.min(...said.map(({ quota, usage }) => quota - usage));
    return Math.max(0, Math.floor(left));
  } catch {
    return null;
  }
}
