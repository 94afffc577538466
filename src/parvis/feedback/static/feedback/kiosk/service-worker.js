/* Keeps the pages and files of the kiosk on the tablet, one set for each version.

   The server writes before this text `const SHELL = {"version": …, "page": …, "files": […]};`: any
   change of a file changes the version, hence this script, hence the set. A new version waits until
   the page says that nobody is answering. Answers are not here: they are in the page's database. */

const PREFIX = "parvis-kiosk-shell-";
const CACHE = PREFIX + SHELL.version;

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
});

async function keep() {
  const cache = await caches.open(CACHE);
  await Promise.all(
    [SHELL.page, ...SHELL.files].map(async (url) => {
      // Asks the server whether what the browser has is still good; fetches only what is not.
      const response = await fetch(url, { cache: "no-cache", credentials: "omit" });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  const isPage = event.request.mode === "navigate" && url.pathname === SHELL.page;
  if (isPage || SHELL.files.includes(url.pathname)) event.respondWith(kept(event.request, url.pathname));
});

async function kept(request, path) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
