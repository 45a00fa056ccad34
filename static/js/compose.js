// Writing: keeps a draft while one types, and shows the preview in place. Without this file both are buttons.

const form = document.querySelector("form[data-compose]");
const PAUSE = 3000;

const leaving = new AbortController();

function answer(step) {
  const body = new FormData(form);
  body.set("step", step);
  return fetch(form.action, { method: "POST", body, redirect: "error", signal: leaving.signal });
}

function keepDrafts() {
  const state = form.querySelector(".draft-state");
  let waiting = 0;
  let last = form.elements.body.value;
  const save = async () => {
    if (form.elements.body.value === last) return;
    last = form.elements.body.value;
    const saved = await answer("autosave").then((response) => response.status === 204, () => false);
    state.textContent = saved ? form.dataset.saved : form.dataset.unsaved;
  };
  form.addEventListener("input", () => {
    state.textContent = "";
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    leaving.abort();
  });
}

function showPreview() {
  const place = document.getElementById("preview");
  form.querySelector("[name=step][value=preview]").addEventListener("click", async (event) => {
    event.preventDefault();
    const page = await answer("preview").then((response) => response.text(), () => "");
    const shown = new DOMParser().parseFromString(page, "text/html").getElementById("preview");
    if (!shown || shown.hidden) return form.requestSubmit(form.querySelector("[name=step][value=check]"));
    place.replaceChildren(...shown.childNodes);
    place.hidden = false;
    place.tabIndex = -1;
    place.focus();
  });
}

if (form) {
  keepDrafts();
  showPreview();
}
