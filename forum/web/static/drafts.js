// Text areas grow with their text, and what was typed survives until it is posted: a copy stays in this tab.

const PREFIX = "draft:";
const SENT = "sent-draft";
const name = (area) => (area.dataset.draft ?? area.closest("[data-draft]")?.dataset.draft ?? "");

function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 4}px`;
}

function keep(area) {
  const key = PREFIX + name(area);
  if (area.value === area.defaultValue) sessionStorage.removeItem(key);
  else sessionStorage.setItem(key, area.value);
}

function restore(area) {
  const kept = sessionStorage.getItem(PREFIX + name(area));
  // A text that the server sent back is newer than the copy.
  if (!kept || area.value !== "") return;
  area.value = kept;
  const details = area.closest("details");
  if (details) details.open = true;
  const said = document.createElement("p");
  said.className = "help";
  said.setAttribute("role", "status");
  said.textContent = "This is what you had typed here before.";
  area.before(said);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

// Sent is not yet saved: the copy goes only when a page says what came of it.
const sent = sessionStorage.getItem(SENT);
if (sent && document.querySelector(".told")) sessionStorage.removeItem(PREFIX + sent);
sessionStorage.removeItem(SENT);

const areas = [...document.querySelectorAll("textarea")];
let leaving = false;
for (const area of areas) {
  if (name(area)) restore(area);
  grow(area);
  area.addEventListener("input", () => {
    grow(area);
    if (name(area)) keep(area);
  });
  area.form?.addEventListener("submit", (event) => {
    leaving = true;
    if (name(area) && event.submitter?.value !== "preview") sessionStorage.setItem(SENT, name(area));
  });
}
addEventListener("pageshow", () => (leaving = false));
addEventListener("beforeunload", (event) => {
  const unsent = areas.some((area) => area.value !== area.defaultValue);
  if (unsent && !leaving) event.preventDefault();
});
