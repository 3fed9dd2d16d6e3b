export const find = (selector) => document.querySelector(selector)
export const findAll = (selector) => [...document.querySelectorAll(selector)]

const UNITS = { day: 86400, hour: 3600, minute: 60 }
const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto", style: "short" })

for (const time of findAll("time[datetime]")) {
	const seconds = (Date.now() - new Date(time.dateTime)) / 1000
	const unit = Object.keys(UNITS).find((name) => seconds >= UNITS[name])
	if (seconds < 0 || seconds > 7 * UNITS.day) continue
	time.style.cssText = `display:inline-block;min-width:${time.offsetWidth}px`
	time.textContent = unit ? words.format(-Math.floor(seconds / UNITS[unit]), unit) : document.body.dataset.now
}

history.replaceState(null, "", location.href.replace(/[?&]told=[\w-]*(?=#|$)|told=[\w-]*&/, ""))

const parts = {
	cards: "sup.cite a, .rail",
	acts: "[data-flag], [data-vote]",
	drafts: "textarea, .told",
	suggest: "[role=search] :focus",
}
for (const name of [...Object.keys(parts), "quoting", "composer", "desk", "similar", "reading", "pushes"])
	if (find(parts[name] ?? `[data-${name}]`)) import(`./${name}.js`)
addEventListener("focusin", () => find(parts.suggest) && import("./suggest.js"))
find("[data-problems]")?.focus()
find("[data-press]")?.requestSubmit()

onclick = onkeydown = ({ key, target }) => {
	const menu = find(".menu[open]")
	if (!menu || (key ? key !== "Escape" : menu.contains(target))) return
	menu.open = false
	if (key) menu.firstElementChild.focus()
}

setTimeout(() => {
	if (find("[data-live]")) import("./live.js")
	if (document.referrer.startsWith(location.origin)) navigator.serviceWorker?.register("/sw.js").catch(() => {})
}, 2000)

const related = find("[data-related]")
const watch = new IntersectionObserver(async ([{ isIntersecting }]) => {
	if (!isIntersecting) return
	watch.disconnect()
	const answer = await fetch(related.dataset.related).catch(() => 0)
	if (answer.ok) related.innerHTML = await answer.text()
})
if (related) watch.observe(related)
