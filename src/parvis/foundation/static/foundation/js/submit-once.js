/* <form data-submit-once>: a second press while the first is on its way does nothing. The button
   stays enabled and named: disabling it would drop its own value from what is sent, and the focus
   with it. The server refuses a double anyway; this only spares the person the message. */
export function startSubmitOnce(root = document) {
  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-submit-once]") || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    form.setAttribute("aria-busy", "true");
  });
  // Back from the history: the page may be restored as it was left.
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      form.removeAttribute("aria-busy");
    }
  });
}
