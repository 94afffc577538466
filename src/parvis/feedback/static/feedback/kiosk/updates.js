/* The service worker of the kiosk: it starts the page without network, and a new version waits for
   the attract screen. The queue is in the database, which no version touches. */

const HOURLY_MS = 60 * 60_000;

export class Updates {
  constructor({ url, scope, mayRestart }) {
    this.mayRestart = mayRestart;
    this.registration = null;
    this.hadController = Boolean(navigator.serviceWorker?.controller);
    // Another tab took up a new version while somebody was answering here.
    this.isOld = false;
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      // The first one takes charge of a page already up to date.
      this.isOld = this.hadController;
      this.hadController = true;
      this.apply();
    });
    navigator.serviceWorker
      .register(url, { scope, updateViaCache: "none" })
      .then((registration) => {
        this.registration = registration;
        registration.addEventListener("updatefound", () => {
          registration.installing?.addEventListener("statechange", () => this.apply());
        });
        this.apply();
        setInterval(() => registration.update().catch(() => {}), HOURLY_MS);
      })
      .catch(() => {});
  }

  /** Take up the version that waits, if nobody is answering. */
  apply() {
    if (!this.mayRestart()) return;
    if (this.isOld) location.reload();
    else this.registration?.waiting?.postMessage("activate");
  }
}
