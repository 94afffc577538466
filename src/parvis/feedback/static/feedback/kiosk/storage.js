/* The room left on the tablet, and the promise that the browser will not take it back. */

/** Ask the browser to keep what is stored here even when it lacks room; true when it promises. */
export async function askToPersist() {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}

/** Bytes that may still be written; null when the browser does not say. */
export async function storageLeft() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return Math.max(0, Math.floor(quota - usage));
  } catch {
    return null;
  }
}
