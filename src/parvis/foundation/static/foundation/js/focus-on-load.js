/* <div data-focus-on-load tabindex="-1">: the error summary takes the focus when the page comes
   back, so that a screen reader starts there and the Tab key goes on to its links. */
export function startFocusOnLoad(root = document) {
  root.querySelector("[data-focus-on-load]")?.focus();
}
