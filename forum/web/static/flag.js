// Flagging without losing one's place: the form opens over the page. Without this it is a page of its own.

const dialog = document.createElement("dialog");
dialog.className = "picker";
dialog.setAttribute("aria-labelledby", "flag-title");
document.querySelector("main").append(dialog);

function show(html) {
  dialog.innerHTML = html;
  if (!dialog.open) dialog.showModal();
  const first = dialog.querySelector("[data-problems]") ?? dialog.querySelector("#flag-title");
  first.focus();
}

async function open(link) {
  const answer = await fetch(`${link.pathname}?part=1`, { redirect: "manual" }).catch(() => null);
  if (answer?.ok) show(await answer.text());
  // The page says what this could not.
  else location.assign(link.href);
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form, button));
  body.set("part", "1");
  // Only now: what is disabled is not part of the form.
  if (button) button.disabled = true;
  const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => null);
  if (!answer?.ok && ![422, 429].includes(answer?.status)) return false;
  show(await answer.text());
  return true;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-flag]");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link);
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]")) dialog.close();
});
dialog.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { target: form, submitter: button } = event;
  const sent = await send(form, button).catch(() => false);
  if (sent) return;
  // As without scripts: the whole page says what went wrong.
  const kept = document.createElement("input");
  Object.assign(kept, { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
  if (kept.name) form.append(kept);
  form.submit();
});
