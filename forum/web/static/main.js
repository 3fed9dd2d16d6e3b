// Every page is complete without this; each part is loaded where it is of use.

const UNITS = { day: 86400, hour: 3600, minute: 60 };
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });

// Kept pages are for many readers: only one's own clock knows "ago".
for (const time of document.querySelectorAll("time[datetime]")) {
  const then = new Date(time.dateTime);
  const seconds = (Date.now() - then) / 1000;
  const unit = Object.keys(UNITS).find((name) => seconds >= UNITS[name]);
  time.title = then.toLocaleString();
  if (seconds < 0 || seconds > 7 * UNITS.day) continue;
  time.textContent = unit ? words.format(-Math.floor(seconds / UNITS[unit]), unit) : "just now";
}

// What was said once is not said again on a reload.
const address = new URL(location);
address.searchParams.delete("told");
if (location.search.includes("told=")) history.replaceState(history.state, "", address);

const SEARCH = "[role=search] [name=q]";
const parts = {
  cards: "sup.cite a, .rail",
  acts: "[data-flag], [data-vote]",
  quoting: "[data-quoting]",
  composer: "[data-composer]",
  cite: "[data-cite-link]",
  desk: "[data-desk]",
  similar: "[data-similar]",
  reading: "[data-reading]",
  drafts: "textarea, .told",
  suggest: `${SEARCH}:focus`,
};
for (const [name, selector] of Object.entries(parts)) {
  if (document.querySelector(selector)) import(`./${name}.js`);
}
document.addEventListener("focusin", ({ target }) => target.matches(SEARCH) && import("./suggest.js"));
document.querySelector("[data-problems]")?.focus();

// A link, until somebody reads that far.
const related = document.querySelector("[data-related]");
const watch = new IntersectionObserver(async ([{ isIntersecting }]) => {
  if (!isIntersecting) return;
  watch.disconnect();
  const answer = await fetch(related.dataset.related).catch(() => null);
  if (answer?.ok) related.innerHTML = await answer.text();
});
if (related) watch.observe(related);

// For who goes on reading here; it is no matter if it fails.
if (document.referrer.startsWith(`${location.origin}/`)) {
  addEventListener("load", () => navigator.serviceWorker?.register("/sw.js").catch(() => {}));
}
