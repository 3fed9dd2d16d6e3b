// A vote without a new page: the server answers the small form as it is now.

async function send(form, button) {
  const body = new URLSearchParams({ value: button.value, part: "1" });
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
  if (!answer.ok) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("form");
  if (!fresh) return false;
  form.replaceChildren(...fresh.childNodes);
  form.querySelector(`button.${button.className}`)?.focus();
  return true;
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-vote]") || !event.submitter) return;
  event.preventDefault();
  const button = event.submitter;
  const done = await send(form, button).catch(() => false);
  // What this could not do, the plain form can, with a page that says why.
  if (!done) {
    const value = document.createElement("input");
    Object.assign(value, { type: "hidden", name: "value", value: button.value });
    form.append(value);
    form.submit();
  }
});
