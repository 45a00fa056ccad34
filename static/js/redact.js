// Marking words: what is selected in the text becomes a row. Without this file the rows are typed.

const rows = document.querySelector(".mark-rows");
const said = document.querySelector("[data-said]");

function blankRow() {
  const blank = [...rows.children].find((row) => !row.querySelector("input").value);
  if (blank) return blank;
  const row = rows.lastElementChild.cloneNode(true);
  const number = rows.children.length + 1;
  row.classList.remove("field-wrong");
  row.querySelector(".field-error")?.remove();
  for (const part of row.querySelectorAll("[id]")) part.id = part.id.replace(/\d+$/, number);
  for (const label of row.querySelectorAll("[for]")) label.htmlFor = label.htmlFor.replace(/\d+$/, number);
  const input = row.querySelector("input");
  input.removeAttribute("aria-invalid");
  input.removeAttribute("aria-describedby");
  input.value = "";
  rows.append(row);
  return row;
}

for (const part of document.querySelectorAll("[data-marks]")) {
  const text = part.querySelector("textarea");
  const button = part.querySelector("[data-take]");
  button.hidden = false;
  // A read-only text has no caret in Chromium, and without a caret nothing is selected by keyboard.
  text.readOnly = false;
  text.inputMode = "none";
  text.setAttribute("aria-readonly", "true");
  text.addEventListener("beforeinput", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const words = text.value.slice(text.selectionStart, text.selectionEnd).trim();
    if (words) blankRow().querySelector("input").value = words;
    said.textContent = words ? said.dataset.done : said.dataset.none;
  });
}
