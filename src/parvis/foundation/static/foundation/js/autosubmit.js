/* <form data-autosubmit>: choosing in a list sends the form at once. Text and dates wait for the
   button or the Enter key: sending while somebody types would move the page under them. */
export function startAutosubmit(root = document) {
  root.addEventListener("change", (event) => {
    const control = event.target;
    if (!(control instanceof HTMLSelectElement)) return;
    if (!control.form?.matches("[data-autosubmit]")) return;
    control.form.requestSubmit();
  });
}
