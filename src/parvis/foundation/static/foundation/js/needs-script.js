/* <p hidden data-needs-script>: what only works with scripts appears once they run.
   data-needs-script="webauthn" also asks for a browser that knows security keys and passkeys. */
const ABILITIES = {
  "": () => true,
  webauthn: () => "PublicKeyCredential" in window,
};

export function startNeedsScript(root = document) {
  for (const element of root.querySelectorAll("[data-needs-script]")) {
    if (ABILITIES[element.dataset.needsScript]?.()) element.hidden = false;
  }
}
