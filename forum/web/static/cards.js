// A citation shows its reference where it stands: on hover and on focus, gone with Escape.

const card = document.createElement("div");
card.className = "card";
card.hidden = true;
document.body.append(card);
let waiting = 0;
let shownFor = null;

function show(link) {
  const entry = document.getElementById(link.hash.slice(1));
  if (!entry) return;
  clearTimeout(waiting);
  card.innerHTML = entry.innerHTML;
  card.hidden = false;
  shownFor = link;
  const at = link.getBoundingClientRect();
  const left = Math.max(16, Math.min(at.left - 24, document.documentElement.clientWidth - card.offsetWidth - 16));
  const below = at.bottom + card.offsetHeight + 12 < window.innerHeight || at.top < card.offsetHeight + 12;
  const top = below ? at.bottom + 6 : at.top - card.offsetHeight - 6;
  card.style.left = `${left + window.scrollX}px`;
  card.style.top = `${top + window.scrollY}px`;
}

function hide() {
  card.hidden = true;
  shownFor = null;
}

function later(act, wait) {
  clearTimeout(waiting);
  waiting = setTimeout(act, wait);
}

for (const link of document.querySelectorAll("sup.cite a")) {
  const entry = document.getElementById(link.hash.slice(1));
  if (entry) link.setAttribute("aria-describedby", entry.id);
  if (entry?.querySelector(".badge.bad")) link.classList.add("doubtful");
  link.addEventListener("mouseenter", () => later(() => show(link), 150));
  link.addEventListener("mouseleave", () => later(hide, 250));
  link.addEventListener("focus", () => show(link));
  link.addEventListener("blur", () => later(hide, 250));
}
card.addEventListener("mouseenter", () => clearTimeout(waiting));
card.addEventListener("mouseleave", () => later(hide, 250));
card.addEventListener("focusin", () => clearTimeout(waiting));
card.addEventListener("focusout", () => later(hide, 250));
addEventListener("resize", hide);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && shownFor) {
    clearTimeout(waiting);
    hide();
  }
});
