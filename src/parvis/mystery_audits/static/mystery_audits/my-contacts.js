/* On the list of contacts: say what still waits on this device, for which page to open again. */

import { waitingOf } from "./outbox.js";

const notice = document.querySelector("[data-outbox-notice]");
const owner = notice?.dataset.owner;
const count = owner ? waitingOf(owner) : 0;
if (count > 0) {
  const { one, many } = notice.dataset;
  notice.querySelector("span").textContent = count === 1 ? one : many.replace("{count}", count);
  notice.hidden = false;
}
