// Passkeys: asks the browser to show one, or to make one, and sends with the form what it answers.
// Where the browser cannot, what needs them stays hidden.

const CANCELLED = "Nothing was done: your device did not finish. You can try again.";
const KNOWN = "This device has a passkey for your account already.";
const FAILED = "That did not work. Please try again in a while.";

// Passkeys are for names of hosts, over https; a machine of one's own counts as safe.
const can = window.isSecureContext && window.PublicKeyCredential && !/^[\d.]+$|:/.test(location.hostname);

const read = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const write = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
const readIds = (list = []) => list.map((one) => ({ ...one, id: read(one.id) }));

function make(asked) {
  const user = { ...asked.user, id: read(asked.user.id) };
  const excludeCredentials = readIds(asked.excludeCredentials);
  const publicKey = { ...asked, user, excludeCredentials, challenge: read(asked.challenge) };
  return navigator.credentials.create({ publicKey });
}

function show(asked) {
  const allowCredentials = readIds(asked.allowCredentials);
  return navigator.credentials.get({ publicKey: { ...asked, allowCredentials, challenge: read(asked.challenge) } });
}

function written(credential) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const found = parts.filter((name) => credential.response[name]);
  const response = Object.fromEntries(found.map((name) => [name, write(credential.response[name])]));
  return JSON.stringify({ id: credential.id, rawId: write(credential.rawId), type: credential.type, response });
}

// True: the form can be sent. Otherwise the words to say.
async function prepare(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.dataset.options, { method: "POST", body, redirect: "manual" });
  if (answer.type === "opaqueredirect") {
    // The proof of who one is has grown old meanwhile.
    location.assign("/account/prove?next=/account/factors");
    return "";
  }
  // The page says beside its field what is wrong with the form.
  if (answer.status === 422) return true;
  if (!answer.ok) return FAILED;
  const asked = await answer.json();
  form.elements.credential.value = written(await (form.dataset.passkey === "make" ? make : show)(asked));
  return true;
}

async function press(form) {
  const says = form.querySelector("[data-says]");
  const button = form.querySelector("button");
  says.textContent = "";
  button.disabled = true;
  const result = await prepare(form).catch((error) =>
    error.name === "InvalidStateError" ? KNOWN : error.name === "NotAllowedError" ? CANCELLED : FAILED,
  );
  button.disabled = false;
  if (result === true) form.submit();
  else says.textContent = result;
}

for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = !can;
for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = can;
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    press(form);
  });
}
