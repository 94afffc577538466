/* Asking the server of a room, with no cookie and no word of the page that asks. */

const PATIENCE_MILLISECONDS = 15_000;

/** The server said no; `message` is its sentence. */
export class Refused extends Error {
  constructor(status, { message = "" } = {}) {
    super(message);
    this.status = status;
  }
}

/** No answer, or none of ours: to be tried again. `mayBeTaken` where what was sent may have been. */
export class Unreachable extends Error {
  constructor({ mayBeTaken = true } = {}) {
    super();
    this.mayBeTaken = mayBeTaken;
  }
}

/** What the server says, asked only whether it changed: the browser keeps the rest. */
export function ask(address) {
  return asked(address, { cache: "no-cache" });
}

export function tell(address, content) {
  return asked(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(content),
    cache: "no-store",
  });
}

async function asked(address, options) {
  if (!navigator.onLine) throw new Unreachable({ mayBeTaken: false });
  let response, content;
  try {
    response = await fetch(address, {
      ...options,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    });
    content = await response.json();
  } catch {
    // Or a page of a network that asks to sign in: not the server's word.
    throw new Unreachable();
  }
  if (response.status >= 500) throw new Unreachable({ mayBeTaken: content.error !== "busy" });
  if (!response.ok) throw new Refused(response.status, content);
  return content;
}
