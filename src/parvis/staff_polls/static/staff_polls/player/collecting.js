/* An invitation becomes a token that the server has signed without seeing it.

   What was blinded is kept before it is sent: after a cut, the same is asked again, and the server
   signs it again; it would refuse another. The library comes only now, with this step. */

import { post, Refused, standard, Unreachable, urlSafe } from "./server.js";
import { say } from "./words.js";

let attempts = 0;

/** Put in `record` a token and its group. Raises Unreachable, Refused, or what the library does. */
export async function collect(record, { addresses, keys }, keep) {
  if (record.token || record.code) return;
  const { prepare, finish } = await library(addresses.blindToken);
  const { invitation } = record;
  if (!record.blinded) {
    const { group, public_key: encodedKey } = await post(addresses.token, { invitation });
    const key = standard(encodedKey);
    // A key of one's own would be a name: only those that the page shows to everybody will do.
    if ((await fingerprint(key)) !== keys[group]) {
      throw new Refused(422, { message: say("strangeKey") });
    }
    record.group = group;
    record.blinded = (await prepare(key)).state;
    await keep();
  }
  const blinded = urlSafe(record.blinded.blinded);
  const issued = await post(addresses.token, { invitation, blinded });
  const { token, signature } = await finish(record.blinded, standard(issued.signature));
  record.token = { message: urlSafe(token), signature: urlSafe(signature) };
  delete record.blinded;
  delete record.invitation;
  await keep();
}

async function library(address) {
  try {
    // Some browsers remember that a module did not come: it is then asked by another address.
    return await import(attempts ? `${address}?${attempts}` : address);
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    attempts += 1;
    throw new Unreachable();
  }
}

async function fingerprint(key) {
  const bytes = Uint8Array.from(atob(key), (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What `bulletin` is sent: the token, or the printed code, and the answers. */
export function ballotOf(record) {
  const { answers, code, group, token } = record;
  return code ? { code, answers } : { group, ...token, answers };
}
