/* Asking the server, with no cookie and no word of the page that asks. */

const PATIENCE_MILLISECONDS = 20_000;

/** The server said no; `message` is its sentence, `field` the card concerned or "code". */
export class Refused extends Error {
  constructor(status, { error = "unreadable", message = "", field = "" }) {
    super(message);
    this.status = status;
    this.code = error;
    this.field = field;
  }
}

/** No answer, or none of ours: to be tried again. */
export class Unreachable extends Error {}

export async function post(address, content) {
  const response = await asked(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
    cache: "no-store",
  });
  return read(response);
}

export async function get(address) {
  return read(await asked(address, { cache: "no-cache" }));
}

async function asked(address, options) {
  try {
    return await fetch(address, {
      ...options,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
  } catch {
    throw new Unreachable();
  }
}

async function read(response) {
  const isBusy = response.status >= 500 || response.status === 429 || response.status === 408;
  if (isBusy) throw new Unreachable();
  let content;
  try {
    content = await response.json();
  } catch {
    // A page of a network that asks to sign in, for one: not the server's word.
    throw new Unreachable();
  }
  if (!response.ok) throw new Refused(response.status, content);
  return content;
}

/** base64url without padding, as requests bear it, from the base64 of the library; and back. */
export function urlSafe(text) {
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function standard(text) {
  return text.replaceAll("-", "+").replaceAll("_", "/") + "=".repeat(-text.length & 3);
}
