// The frame: group filter, questions before dangerous acts, theme at once, focus on what came back wrong, send once.
// Everything works without this file; it only saves steps.

const fold = (text) => text.normalize("NFKC").toLowerCase();

for (const box of document.querySelectorAll("[data-filter]")) {
  const list = document.getElementById(box.dataset.filter);
  box.addEventListener("input", () => {
    const wanted = fold(box.value.trim());
    for (const item of list.children) item.hidden = !fold(item.textContent).includes(wanted);
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.ask || form.dataset.ask;
  if (question && !window.confirm(question)) return event.preventDefault();
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
});

// A page taken from the back-forward memory must be able to send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=theme]");
  if (button) document.documentElement.dataset.theme = button.value;
});

document.querySelector("#main [data-focus]")?.focus();
