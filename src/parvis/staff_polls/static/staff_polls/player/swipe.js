/* A card pushed aside with a finger or a mouse: to the left, to the right, or let go.

   Buttons do the same, always: this is only quicker. Vertical moves stay the page's. */

const FAR_ENOUGH = 90;
const STARTS_AT = 10;

/** `onMove(share)` from -1 to 1 while it moves; `onSwipe(-1 | 1)` once it is let go far enough. */
export function swipeable(element, { onMove, onSwipe }) {
  let start = null;
  let isMoving = false;

  const settle = () => {
    start = null;
    isMoving = false;
    element.classList.remove("is-moving");
    element.style.transform = "";
    onMove(0);
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("button, input, textarea, a")) return;
    start = { x: event.clientX, y: event.clientY, id: event.pointerId };
  });
  element.addEventListener("pointermove", (event) => {
    if (start?.id !== event.pointerId) return;
    const x = event.clientX - start.x;
    if (!isMoving) {
      if (Math.abs(x) < STARTS_AT || Math.abs(x) < Math.abs(event.clientY - start.y)) return;
      isMoving = true;
      element.classList.add("is-moving");
      element.setPointerCapture(event.pointerId);
    }
    element.style.transform = `translateX(${x}px) rotate(${x / 30}deg)`;
    onMove(Math.max(-1, Math.min(1, x / FAR_ENOUGH)));
  });
  element.addEventListener("pointerup", (event) => {
    if (start?.id !== event.pointerId) return;
    const x = event.clientX - start.x;
    const side = isMoving && Math.abs(x) >= FAR_ENOUGH ? Math.sign(x) : 0;
    settle();
    if (side) onSwipe(side);
  });
  element.addEventListener("pointercancel", settle);
}
