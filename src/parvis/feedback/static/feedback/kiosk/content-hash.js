/* The hash by which the kiosk and the server know that they speak of the same answer. */

const FIELDS = ["id", "visit", "seq", "touchpoint", "version", "question", "value", "level"];
const LATER_FIELDS = ["language", "time_ms", "mono_ms", "run", "text"];
const encoder = new TextEncoder();

/** SHA-256, in hexadecimal, of a text in UTF-8. */
export async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** That of an answer: see the protocol in the README of the room. */
export function contentHash(entry) {
  const values = [...FIELDS, ...LATER_FIELDS].map((field) => entry[field]);
  return sha256(["v1", ...values].join("\n"));
}
