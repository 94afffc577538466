/* <form data-budget>: the running total of a ballot on a budget, said beside the envelope while
   one chooses, and the projects of one theme shown alone. What is hidden stays chosen. The server
   counts again: without this module the total comes with the page where the vote is read again. */
const form = document.querySelector("[data-budget]");
const total = form?.querySelector("[data-budget-total]");

const money = new Intl.NumberFormat(document.documentElement.lang, {
  style: "currency",
  currency: "EUR",
  maximumFractionDigits: 0,
});

function tell() {
  const fields = [...form.querySelectorAll("[data-cost]")];
  const isPoints = form.dataset.kind === "points";
  const chosen = fields.filter((field) => (isPoints ? Number(field.value) > 0 : field.checked));
  const note = total.querySelector("[data-note]");
  const most = Number(form.dataset.most);
  let given = chosen.length;
  let isOver = false;
  if (isPoints) {
    given = chosen.reduce((sum, field) => sum + Number(field.value), 0);
    total.querySelector("[data-points]").textContent = given;
  } else {
    const cost = chosen.reduce((sum, field) => sum + Number(field.dataset.cost), 0);
    total.querySelector("[data-count]").textContent = given;
    total.querySelector("[data-cost]").textContent = money.format(cost);
    isOver = cost > Number(form.dataset.envelope);
  }
  const isTooMany = most > 0 && given > most;
  note.textContent = isTooMany ? note.dataset.tooMany : isOver ? note.dataset.over : "";
  note.classList.toggle("is-wrong", isTooMany || (isOver && form.dataset.within === "1"));
}

function startFilter(filter) {
  const select = filter.querySelector("select");
  filter.hidden = false;
  select.addEventListener("change", () => {
    for (const card of form.querySelectorAll("[data-theme]")) {
      card.hidden = select.value !== "" && card.dataset.theme !== select.value;
    }
  });
}

if (total) {
  form.addEventListener("input", tell);
  // A choice restored by the history counts too.
  window.addEventListener("pageshow", tell);
  const filter = form.querySelector("[data-budget-filter]");
  if (filter) startFilter(filter);
}
