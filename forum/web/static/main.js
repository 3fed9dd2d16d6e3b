export const find = (selector) => document.querySelector(selector)
export const findAll = (selector) => [...document.querySelectorAll(selector)]
export const isHeld = ({ ctrlKey, metaKey }) => ctrlKey || metaKey

// No status: out of reach.
export async function ask(path, form) {
	const sent = form && { method: "POST", body: new URLSearchParams(form) }
	const answer = await fetch(path, { redirect: "manual", ...sent }).catch(() => ({}))
	answer.html = await answer.text?.()
	return answer
}

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
	drafts: "main textarea, .told",
	suggest: "[role=search] :focus",
	composer: "[data-composer], [open] > [data-comment]",
	quoting: "[data-quoting]",
	desk: "[data-desk]",
	similar: "[data-similar]",
	reading: "[data-reading]",
	pushes: "[data-pushes]",
}
function load() {
	for (const name in parts) if (find(parts[name])) import(`./${name}.js`)
}
load()
addEventListener("focusin", load)
addEventListener("toggle", load, true)
find("[data-problems]")?.focus()
find("[data-press]")?.requestSubmit()

addEventListener("click", async (event) => {
	const link = event.target.closest("[data-share]")
	if (!link || isHeld(event) || event.shiftKey) return
	event.preventDefault()
	const url = link.href
	const said = find("[data-shared]")
	try {
		if (navigator.share) return await navigator.share({ url })
		await navigator.clipboard.writeText(url)
		said.hidden = false
		setTimeout(() => (said.hidden = true), 4000)
	} catch ({ name }) {
		if (name !== "AbortError") prompt(link.textContent, url)
	}
})
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
	const { ok, html } = await ask(related.dataset.related)
	if (ok) related.innerHTML = html
})
if (related) watch.observe(related)
