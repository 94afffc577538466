/* <details data-dismiss>: a panel that closes on Escape, on a press outside, and when the focus
   leaves it. Escape gives the focus back to its button. */
export function startDismiss(root = document) {
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const panel = event.target.closest?.("details[data-dismiss][open]");
    if (!panel) return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  const closeOthers = (event) => {
    for (const panel of root.querySelectorAll("details[data-dismiss][open]")) {
      if (!panel.contains(event.target)) panel.open = false;
    }
  };
  root.addEventListener("pointerdown", closeOthers);
  root.addEventListener("focusin", closeOthers);
}
