/* A one-use token, signed by the server without being seen (RFC 9474): the browser's half of
   `parvis.foundation.blind_signatures`. What goes in and out is base64 text, fit for JSON and for
   forms.

   `prepare` draws a token and blinds it; `blinded` goes to the server, which knows who asks. Store
   `state` before sending: an exchange that breaks off is taken up again with the very same blinded
   message, after a reload too, so that nobody holds two tokens. `finish` gives the token and its
   signature. Then erase `state`: its `inverse` is the one thing that links the two, and whoever
   finds it on the device beside the server's log of requests knows whose ballot it is. */
import { RSABSSA } from "../vendor/blindrsa.min.js";

const SUITE = RSABSSA.SHA384.PSS.Randomized();
const ALGORITHM = { name: "RSA-PSS", hash: "SHA-384" };
const TOKEN_BYTES = 32;

/* What the server answered is no signature of this token by this key; `state` is still good. */
export class UnfitSignature extends Error {}

export async function prepare(publicKeySpki) {
  const key = await read(publicKeySpki);
  const message = SUITE.prepare(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  const { blindedMsg, inv } = await SUITE.blind(key, message);
  const state = {
    publicKey: publicKeySpki,
    message: toText(message),
    blinded: toText(blindedMsg),
    inverse: toText(inv),
  };
  return { message: state.message, blinded: state.blinded, state };
}

export async function finish(state, blindSignature) {
  const key = await read(state.publicKey);
  const message = toBytes(state.message);
  const inverse = toBytes(state.inverse);
  let signature;
  try {
    signature = await SUITE.finalize(key, message, toBytes(blindSignature), inverse);
  } catch (error) {
    throw new UnfitSignature(error.message, { cause: error });
  }
  return { token: state.message, signature: toText(signature) };
}

function read(publicKeySpki) {
  return crypto.subtle.importKey("spki", toBytes(publicKeySpki), ALGORITHM, true, ["verify"]);
}

function toText(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

function toBytes(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
