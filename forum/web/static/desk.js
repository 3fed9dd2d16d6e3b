// The moderators' desk by keyboard: single letters while nothing is typed, on the queue and at one item.

const OFF = "desk-keys-off";
const EXTEND = 4 * 60 * 1000;
const desk = document.querySelector("[data-desk]");
const form = document.querySelector("[data-decide]");
const help = document.querySelector("dialog[data-keys]");
const on = document.querySelector("[data-keys-on]");

// ---- the queue: one line is the present one ----
const lines = [...document.querySelectorAll("li[data-item]")];
const link = (line) => line.querySelector("h2 a");
const present = () => lines.findIndex((line) => line.contains(document.activeElement));

function step(by) {
  if (desk.dataset.desk === "item") {
    document.querySelector(`a[rel=${by > 0 ? "next" : "prev"}]`)?.click();
    return;
  }
  const at = present();
  const to = at < 0 ? 0 : Math.max(0, Math.min(lines.length - 1, at + by));
  if (lines[to]) link(lines[to]).focus();
}

function claim() {
  const line = lines[present()];
  if (line) {
    const url = new URL(link(line).href);
    const claiming = document.createElement("form");
    Object.assign(claiming, { method: "post", action: `${url.pathname}/claim${url.search}`, hidden: true });
    document.body.append(claiming);
    claiming.submit();
    return;
  }
  document.querySelector("[data-claim], form[data-held] button")?.click();
}

function choose() {
  const box = lines[present()]?.querySelector("input[type=checkbox]");
  if (box) box.click();
}

// ---- one item: letters choose a verdict, and the focus goes to what it still needs ----
function verdict(key) {
  const radio = form?.querySelector(`input[name=verdict][data-key="${CSS.escape(key)}"]`);
  if (!radio) return false;
  radio.click();
  radio.focus();
  if (radio.value === "sanction") document.querySelector("[data-sanction]").open = true;
  return true;
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  c: claim,
  x: choose,
  w: () => document.querySelector("#reason")?.focus(),
  u: () => document.querySelector("[data-undo]")?.click(),
  "?": () => help?.showModal(),
};

const types = "textarea, select, input:not([type=radio], [type=checkbox]), [contenteditable]";
const letters = () => localStorage.getItem(OFF) === null;

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-next]"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !letters() || help?.open) return;
  if (event.target.closest?.(types)) return;
  if (verdict(event.key)) event.preventDefault();
  else if (actions[event.key]) {
    event.preventDefault();
    actions[event.key]();
  }
});

// Single letters can be in the way of speech input and of other programs: they can be switched off.
on.checked = letters();
on.addEventListener("change", () => {
  if (on.checked) localStorage.removeItem(OFF);
  else localStorage.setItem(OFF, "1");
  showLetters();
});
function showLetters() {
  for (const kbd of document.querySelectorAll("[data-decide] kbd")) kbd.hidden = !letters();
}
showLetters();
document.querySelector("[data-keys-hint]").hidden = false;
document.querySelector("[data-keys-open]").addEventListener("click", () => help.showModal());

// ---- the form shows what the chosen verdict needs ----
const more = form?.querySelector("[data-more]");
function needs() {
  const chosen = form.querySelector("input[name=verdict]:checked");
  const asks = chosen?.dataset.asks;
  more.hidden = !asks;
  if (!asks) return;
  const area = more.querySelector("textarea");
  more.querySelector("label").textContent = asks;
  more.querySelector(".help").hidden = true;
  // What stood there for another verdict is no answer for this one.
  if (area.value === area.defaultValue && (area.dataset.of ?? chosen.value) !== chosen.value) area.defaultValue = "";
  if (!area.value) area.defaultValue = chosen.dataset.given;
  area.dataset.of = chosen.value;
}
if (more) {
  form.addEventListener("change", (event) => event.target.name === "verdict" && needs());
  needs();
}

// A saved text goes into the reason at once.
const saved = form?.querySelector("select[name=saved]");
if (saved) {
  form.querySelector("button[value=text]").hidden = true;
  saved.addEventListener("change", () => {
    const text = saved.selectedOptions[0];
    if (!text.value) return;
    const reason = form.querySelector("#reason");
    reason.value = [reason.value.trim(), text.dataset.text].filter(Boolean).join("\n\n");
    form.querySelector("#rule").value ||= text.dataset.rule;
    reason.dispatchEvent(new Event("input", { bubbles: true }));
    saved.value = "";
    reason.focus();
  });
}

// Work on the form makes the claim longer; whoever lost it meanwhile learns that before they have finished.
let last = Date.now();
async function extend() {
  const held = document.querySelector("[data-held]");
  if (!held || Date.now() - last < EXTEND) return;
  last = Date.now();
  const body = new URLSearchParams({ part: "1" });
  const answer = await fetch(form.dataset.claimAt, { method: "POST", body }).catch(() => null);
  if (!answer || ![200, 409].includes(answer.status)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  held.replaceWith(page.querySelector("[data-held]"));
}
form?.addEventListener("input", extend);

// ---- several at once: what is not offered for every chosen item cannot be chosen ----
const many = document.querySelector("#many");
const boxes = [...document.querySelectorAll("input[form=many]")];
function together() {
  const chosen = boxes.filter((box) => box.checked);
  if (chosen.length) many.closest("details").open = true;
  for (const option of many.querySelectorAll("#verdict option")) {
    option.disabled = !!option.value && !chosen.every((box) => box.dataset.offers.split(" ").includes(option.value));
  }
}
if (many) for (const box of boxes) box.addEventListener("change", together);
