/* The kiosk: from the attract screen to the thanks, and back.

   Every tap that answers is on the disk before the next screen is drawn; the outbox sends it when it
   can. What was typed and not sent is forgotten when the screen is cleared; what was tapped stays. */

import { Clock } from "./clock.js";
import { Configuration } from "./configuration.js";
import { RIGHT_TO_LEFT, Words } from "./dom.js";
import { Idle } from "./idle.js";
import { listenForLongPress, maintenanceScreen, nameScreen } from "./maintenance.js";
import { Outbox } from "./outbox.js";
import { pairingScreen } from "./pairing.js";
import { Scanning } from "./scanning.js";
import * as screens from "./screens.js";
import { Speech } from "./speech.js";
import { askToPersist, storageLeft } from "./storage.js";
import * as store from "./store.js";
import { Toolbar } from "./toolbar.js";
import { Updates } from "./updates.js";

const page = document.body.dataset;
// Presses that a screen change catches on their way are not meant for the new screen.
const ARMING_MS = 350;
const REFUSAL_MS = 15_000;
const LEAST_THANKS_MS = 6_000;
const CONFIGURATION_MS = 15 * 60_000;
const RETRY_MS = 30_000;
const RENEWAL_MS = 10 * 60_000;

class Kiosk {
  constructor(words) {
    this.words = words;
    this.place = document.getElementById("screen");
    this.warning = document.getElementById("warning");
    this.clock = new Clock();
    this.device = null;
    // What is shown: "attract", "step", "thanks", "refusal", "pairing", "maintenance", "notice".
    this.shown = "notice";
    this.visit = null;
    this.busy = false;
    this.isRefused = false;
    const secret = async () => this.device?.secret ?? null;
    this.configuration = new Configuration({ url: page.configurationUrl, secret });
    this.outbox = new Outbox({
      url: page.batchesUrl,
      clock: this.clock,
      secret,
      health: () => this.health(),
      told: (event) => this.hear(event),
    });
    this.speech = new Speech({ sound: (...asked) => this.configuration.sound(...asked) });
    this.idle = new Idle({
      warn: (left, mayExtend) => this.warn(left, mayExtend),
      calm: () => this.calm(),
      leave: () => this.abandon(),
    });
    const host = () => (this.warning.open ? this.warning : document.body);
    this.scanning = new Scanning({ host });
    this.toolbar = new Toolbar({
      words,
      speech: this.speech,
      changed: () => this.redraw(),
      presence: () => this.idle.touched(),
    });
    this.listen();
  }

  // --- Beginning ----------------------------------------------------------------------------

  async start() {
    if (!window.isSecureContext || !crypto.subtle) {
      this.show("notice", screens.noticeScreen("insecure"));
      return;
    }
    try {
      this.device = (await store.get("device")) ?? null;
      this.scanning.set((await store.get("settings"))?.scanning);
      await this.configuration.load();
    } catch {
      this.show("notice", screens.noticeScreen("no-storage"));
      setTimeout(() => this.start(), RETRY_MS);
      return;
    }
    this.persisted = await askToPersist();
    this.outbox.start();
    this.attract();
    this.renewConfiguration();
    setInterval(() => this.renewConfiguration(), CONFIGURATION_MS);
    setInterval(() => this.restartIfOld(), RENEWAL_MS);
    this.updates = new Updates({
      url: page.workerUrl,
      scope: page.scope,
      mayRestart: () => this.shown === "attract" || this.shown === "pairing",
    });
    stayAwake();
  }

  listen() {
    this.place.addEventListener("click", (event) => this.#arm(event), { capture: true });
    for (const name of ["pointerdown", "keydown", "input", "wheel", "touchmove"]) {
      document.addEventListener(name, () => this.touched(), { passive: true });
    }
    document.addEventListener("kiosk:presence", () => this.touched());
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    this.warning.addEventListener("cancel", (event) => event.preventDefault());
    listenForLongPress(document.getElementById("corner"), () => this.openMaintenance());
  }

  #arm(event) {
    // A keyboard or a switch (detail 0) only reaches what has the focus: nothing to guard.
    if (event.detail && performance.now() < this.armedAt) {
      event.stopPropagation();
      event.preventDefault();
    }
  }

  // --- What the citizen goes through ---------------------------------------------------------

  /** Clear everything the last person did, and wait for the next. */
  attract() {
    this.visit = null;
    this.busy = false;
    this.idle.stop();
    clearTimeout(this.closing);
    this.toolbar.reset(this.configuration.current);
    if (!this.device || this.isRefused) {
      this.openPairing();
    } else if (!this.configuration.isInService) {
      this.show("notice", screens.noticeScreen("out-of-service"));
    } else {
      this.idle.configure(this.configuration.current.idle);
      this.drawAttract();
      this.updates?.apply();
    }
  }

  drawAttract() {
    const { words } = this;
    const configuration = this.configuration.current;
    const choose = (level, { currentTarget }) => this.begin(level, currentTarget);
    this.show("attract", screens.attractScreen({ words, configuration, choose }));
    this.toolbar.show(configuration);
  }

  /** The first tap: stored at once, whatever follows. */
  async begin(level, button) {
    const { current } = this.configuration;
    const [smiley, ...steps] = current.document.steps;
    const useful = steps.filter((step) => screens.isUseful(step, level));
    this.visit = { id: crypto.randomUUID(), level, configuration: current, steps: useful, rank: 0 };
    this.visit.total = useful.length;
    button.classList.add("chosen");
    if (await this.keep(smiley, level, "", -1)) this.nextStep();
  }

  nextStep() {
    const { visit } = this;
    visit.step = visit.steps[visit.rank];
    visit.rank += 1;
    visit.draft = { ticked: new Set(), text: "" };
    if (!visit.step) {
      this.thank();
      return;
    }
    this.idle.watch();
    this.drawStep();
  }

  drawStep() {
    const { step, level, rank, total, draft } = this.visit;
    const answer = async (value, text = "") => {
      if (await this.keep(step, value, text, level)) this.nextStep();
    };
    const skip = () => !this.busy && this.nextStep();
    const { words } = this;
    this.show("step", screens.stepScreen({ words, step, level, rank, total, draft, answer, skip }));
  }

  /** Write an answer down; true once it is on the disk. What could not be is said, never thanked. */
  async keep(step, value, text, level) {
    if (this.busy) return false;
    this.busy = true;
    const { id, configuration } = this.visit;
    try {
      const answer = {
        visit: id,
        touchpoint: configuration.touchpoint.code,
        version: configuration.version,
        question: step.key,
        value,
        level,
        text,
        language: this.words.language,
      };
      const [entry] = await this.outbox.add([answer]);
      document.documentElement.dataset.stored = entry.id;
      return true;
    } catch {
      this.refuse();
      return false;
    } finally {
      this.busy = false;
    }
  }

  thank() {
    const { words } = this;
    const configuration = this.visit.configuration;
    this.idle.stop();
    const close = () => this.attract();
    this.show("thanks", screens.thanksScreen({ words, configuration, close }));
    const shown = Math.max(LEAST_THANKS_MS, configuration.idle?.thanks_ms ?? 0);
    this.closing = setTimeout(close, shown);
  }

  refuse() {
    this.idle.stop();
    const close = () => this.attract();
    this.show("refusal", screens.refusalScreen({ words: this.words, close }));
    this.speech.say(this.words.language, [this.words.say("not_stored")]);
    this.closing = setTimeout(close, REFUSAL_MS);
  }

  // --- When nobody is there any more ----------------------------------------------------------

  touched() {
    if (!this.idle.isWarning) {
      this.idle.touched();
      return;
    }
    // The press that keeps the screen does nothing else.
    this.armedAt = performance.now() + ARMING_MS;
    this.idle.extend();
  }

  warn(left, mayExtend) {
    this.warning.querySelector("[data-left]").textContent = this.words.say("clears_in", { left });
    if (this.warning.open) return;
    this.warning.querySelector("h2").textContent = this.words.say("still_there");
    this.warning.querySelector("[data-kept]").textContent = this.words.say("kept");
    const stay = this.warning.querySelector("button");
    stay.textContent = this.words.say("stay");
    stay.hidden = !mayExtend;
    this.warning.showModal();
    this.scanning.renew(true);
    this.speech.say(this.words.language, [this.words.say("still_there")]);
  }

  calm() {
    this.warning.close();
    this.speech.stop();
    this.scanning.renew(false);
  }

  /** What was ticked is an answer; what was typed is forgotten. */
  async abandon() {
    const { visit } = this;
    if (visit?.draft?.ticked.size && this.shown === "step") {
      await this.keep(visit.step, screens.sumOf(visit.draft.ticked), "", visit.level);
      if (this.shown === "refusal") return;
    }
    this.attract();
  }

  // --- Showing --------------------------------------------------------------------------------

  show(name, screen) {
    this.shown = name;
    document.documentElement.dataset.screen = name;
    this.place.replaceChildren(screen);
    const isCitizens = ["attract", "step", "thanks", "refusal"].includes(name);
    const language = isCitizens ? this.words.language : page.language;
    document.documentElement.lang = language;
    document.documentElement.dir = RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr";
    this.armedAt = isCitizens ? performance.now() + ARMING_MS : 0;
    this.toolbar.element.hidden = !isCitizens;
    this.place.querySelector("h1")?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
    if (isCitizens) this.toolbar.read(screen);
    this.scanning.renew(name !== "attract");
  }

  /** The language changed: the same screen, with what was ticked and typed. */
  redraw() {
    if (this.shown === "attract") {
      this.drawAttract();
      this.idle.watch({ warned: false });
    } else if (this.shown === "step") this.drawStep();
  }

  // --- The server -----------------------------------------------------------------------------

  hear(event) {
    document.documentElement.dataset.outbox = event.kind;
    const wasRefused = this.isRefused;
    if (event.kind === "synchronised") {
      this.isRefused = false;
      const { configuration } = event;
      const known = this.configuration.current?.configuration;
      if (Number.isInteger(configuration) && configuration !== known) this.renewConfiguration();
    } else if (event.kind === "refused") this.isRefused = true;
    const isWaiting = ["attract", "pairing", "notice"].includes(this.shown);
    if (wasRefused !== this.isRefused && isWaiting) this.attract();
  }

  async renewConfiguration() {
    if (!this.device) return;
    try {
      const changed = await this.configuration.refresh();
      if (changed && ["attract", "notice"].includes(this.shown)) this.attract();
    } catch {
      // What is kept here serves until the network is back.
    }
  }

  /** This start had no room to pass to a new database: another may have some, if the page can come
      back without network. */
  async restartIfOld() {
    const canStart = this.shown === "attract" && navigator.serviceWorker?.controller;
    if (canStart && (await store.isOld())) location.reload();
  }

  async health() {
    const { waiting, setAside } = await this.outbox.counts();
    const left = await storageLeft();
    return { app: page.version, queue: waiting, aside: setAside, storage_left: left };
  }

  // --- Those who look after it ----------------------------------------------------------------

  async openPairing() {
    const { waiting } = await this.outbox.counts().catch(() => ({ waiting: 0 }));
    const paired = async (reply) => {
      const device = { secret: reply.secret, name: reply.device?.name ?? "" };
      await Outbox.becomeDevice(device, reply.configuration.touchpoint.code);
      this.device = device;
      this.isRefused = false;
      this.persisted = await askToPersist();
      await this.configuration.accept(reply.configuration);
      this.outbox.failures = 0;
      this.outbox.notBefore = 0;
      this.outbox.wake(0);
      this.attract();
    };
    this.show("pairing", pairingScreen({ url: page.pairUrl, waiting, paired }));
  }

  openMaintenance() {
    if (!["attract", "notice", "pairing"].includes(this.shown)) return;
    const name = this.configuration.current?.device?.name ?? this.device?.name;
    const closed = () => this.attract();
    if (!name) {
      this.showMaintenance();
      return;
    }
    const opened = () => this.showMaintenance();
    this.show("maintenance", nameScreen({ name, opened, closed }));
    this.idle.watch({ warned: false });
  }

  async showMaintenance() {
    const mode = this.scanning.mode;
    const actions = {
      send: async () => {
        await this.outbox.takeBack();
        return (await this.outbox.flush()) ? "sent" : "notSent";
      },
      unpair: () => this.unpair(),
      close: () => this.attract(),
      scan: async (chosen) => {
        this.scanning.set(chosen);
        await store.put("settings", { scanning: chosen });
      },
    };
    const facts = () => this.facts();
    this.show("maintenance", await maintenanceScreen({ facts, mode, actions }));
    this.idle.watch({ warned: false });
  }

  async unpair() {
    if (!(await Outbox.leaveDevice())) return "queueNotEmpty";
    this.device = null;
    this.configuration.current = null;
    this.attract();
    return null;
  }

  async facts() {
    const { waiting, setAside } = await this.outbox.counts();
    const left = await storageLeft();
    const last = this.outbox.lastSynchronisedAt;
    const number = new Intl.NumberFormat(page.language);
    const megabytes = new Intl.NumberFormat(page.language, { style: "unit", unit: "megabyte" });
    return {
      name: this.configuration.current?.device?.name ?? this.device?.name,
      touchpoint: this.configuration.current?.touchpoint?.name,
      queue: number.format(waiting),
      aside: number.format(setAside),
      last: last ? new Date(last).toLocaleString(page.language) : null,
      clock: this.clock.offsetMs === null ? null : `${number.format(this.clock.offsetMs / 1000)} s`,
      storage: left === null ? null : megabytes.format(Math.round(left / 1e6)),
      persisted: this.persisted ? page.yes : page.no,
      online: navigator.onLine ? page.yes : page.no,
      version: `${page.version} (${page.shell})`,
      configuration: this.configuration.current?.configuration?.toString(),
    };
  }
}

/** Where it can, keep the tablet from sleeping: its monotonic clock may stop while it does. */
async function stayAwake() {
  const ask = () => {
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}

const table = await (await fetch(page.wordsUrl)).json();
new Kiosk(new Words(table)).start();
