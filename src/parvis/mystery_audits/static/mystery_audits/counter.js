/* A number with a large button on either side; the field alone works without this script. */

export function enhanceCounters(root) {
  for (const counter of root.querySelectorAll("[data-counter]")) {
    const input = counter.querySelector("input");
    for (const button of counter.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const next = (Number.parseInt(input.value, 10) || 0) + Number(button.dataset.step);
        input.value = Math.min(Math.max(next, Number(input.min)), Number(input.max));
        input.dispatchEvent(new Event("change", { bubbles: true }));
      });
    }
  }
}
