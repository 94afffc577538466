/* What a device says of itself: a secret that it draws, and a token of it for each round.

   Two tokens of one device have nothing in common for whoever does not hold its secret; the same
   is made by `codes.token_of`. */

const SECRET_BYTES = 16;
// The round that a presence is a token of.
export const ENTRANCE = 0;

export function drawSecret() {
  return hexadecimal(crypto.getRandomValues(new Uint8Array(SECRET_BYTES)));
}

export async function tokenOf(secret, { code, round }) {
  const text = `parvis live session\n${code}\n${round}\n${secret}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return hexadecimal(new Uint8Array(digest));
}

function hexadecimal(bytes) {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
