// Every page is complete without this. Each part is loaded only where it is of use.

const DAY = 86400;
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

function relative(then) {
  const seconds = Math.round((Date.now() - then) / 1000);
  if (seconds < 0 || seconds > 7 * DAY) return null;
  if (seconds < 60) return "just now";
  if (seconds < 3600) return words.format(-Math.floor(seconds / 60), "minute");
  if (seconds < DAY) return words.format(-Math.floor(seconds / 3600), "hour");
  return words.format(-Math.floor(seconds / DAY), "day");
}

// Kept pages are for many readers: only one's own clock knows "ago".
for (const time of document.querySelectorAll("time[datetime]")) {
  const then = new Date(time.dateTime);
  time.title = then.toLocaleString();
  const ago = relative(then.getTime());
  if (ago) time.textContent = ago;
}

// What was said once is not said again on a reload, or where the address is passed on.
const address = new URL(location.href);
if (address.searchParams.has("told")) {
  address.searchParams.delete("told");
  history.replaceState(history.state, "", address);
}

const parts = {
  "sup.cite a": "./cards.js",
  "form[data-vote]": "./votes.js",
  "[data-ask]": "./asking.js",
  "[data-flag]": "./flag.js",
  "[data-composer]": "./preview.js",
  "[data-cite-link]": "./cite.js",
  "[data-desk]": "./desk.js",
  "[data-similar]": "./similar.js",
  "[data-reading]": "./reading.js",
  "textarea, .told": "./drafts.js",
  "[role=search] [name=q]:focus": "./suggest.js",
};
for (const [selector, path] of Object.entries(parts)) {
  if (document.querySelector(selector)) import(path);
}
for (const box of document.querySelectorAll("[role=search] [name=q]")) {
  box.addEventListener("focus", () => import("./suggest.js"), { once: true });
}
document.querySelector("[data-problems]")?.focus();

// The end of a thread's page is a link, until somebody reads that far.
const related = document.querySelector("[data-related]");
if (related) {
  new IntersectionObserver(async ([{ isIntersecting }], watch) => {
    if (!isIntersecting) return;
    watch.disconnect();
    const answer = await fetch(related.dataset.related).catch(() => null);
    if (answer?.ok) related.innerHTML = await answer.text();
  }).observe(related);
}
