// Passkey ceremonies. A form with data-passkey ("get" or "create") asks data-begin for options, lets the browser do its part,
// and sends the answer to data-finish, which says where to go; with data-then a form of this page is sent instead. What happens meanwhile is said by the form's own words.

const supported = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

function say(form, word) {
  for (const words of form.querySelectorAll("[data-say]")) words.hidden = words.dataset.say !== word;
}

async function post(form, address, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrf_token.value };
  const response = await fetch(address, { method: "POST", headers, body: JSON.stringify(body), redirect: "error" });
  if (response.status === 429) throw "slow";
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  if (!response.ok || !json) throw json ? "refused" : "lost";
  return response.json();
}

async function ask(kind, options) {
  if (kind === "create") {
    return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
  }
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

function reason(error) {
  if (typeof error === "string") return error;
  if (error.name === "InvalidStateError") return "known";
  return error instanceof DOMException ? "stopped" : "lost";
}

async function hold(form) {
  const button = form.querySelector("[data-start]");
  button.disabled = true;
  say(form, "waiting");
  try {
    const options = await post(form, form.dataset.begin, {});
    const credential = await ask(form.dataset.passkey, options);
    const answer = { credential: credential.toJSON(), name: form.elements.name?.value };
    const done = await post(form, form.dataset.finish, answer);
    if (form.dataset.then) document.getElementById(form.dataset.then).requestSubmit();
    else location.assign(done.next);
  } catch (error) {
    say(form, reason(error));
    button.disabled = false;
    button.focus();
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    hold(form);
  });
  if (supported()) form.querySelector("[data-start]").disabled = false;
  else say(form, "unsupported");
}
