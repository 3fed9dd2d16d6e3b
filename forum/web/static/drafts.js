// What is written is kept by the server; until that has it, by this browser too.

const { sessionStorage: tab, localStorage: copies } = window
const key = (area) => `draft:${document.body.dataset.account}:${area?.dataset.draft}`
const areas = [...document.querySelectorAll("form textarea")]
let leaving
tab.window ??= Math.random()

function keep(area) {
	const { form } = area
	const place = area.dataset.draft
	const name = key(area)
	const kept = document.querySelector(`[data-kept=${place}]`)
	const began = kept?.dataset.saved ?? ""
	const to = `/drafts?${new URLSearchParams({ place, began, window: tab.window })}`
	const said = form.querySelector("[data-said]") ?? { dataset: {} }
	const isNew = () => area.value !== area.defaultValue
	let [known, timer, stopped] = [began]

	const all = () => JSON.stringify([Date.now(), known, Object.fromEntries(new FormData(form))])
	async function save(keepalive) {
		const copy = copies[name]
		area.dirty = false
		const { ok, status } = await fetch(to, { method: "POST", body: new FormData(form), keepalive }).catch(() => 0)
		known ||= ok
		if (copies[name] !== copy) copies[name] = all()
		else if (ok) delete copies[name]
		area.dirty ||= stopped = status === 409
		said.textContent = said.dataset[stopped ? "elsewhere" : ok ? "saved" : "here"]
	}
	const flush = (on) => area.dirty && !stopped && leaving !== form && save(on)
	const tick = () => (timer = flush() && setTimeout(tick, 3000))
	form.addEventListener("input", () => {
		area.dirty = true
		if (!stopped) copies[name] = all()
		timer || tick()
	})
	area.addEventListener("keydown", ({ ctrlKey, key, metaKey }) => {
		if ((ctrlKey || metaKey) && key === "Enter") form.requestSubmit()
	})
	for (const event of ["beforeunload", "visibilitychange"]) addEventListener(event, flush)

	const [at, had, typed] = JSON.parse(copies[name] ?? "[0]")
	// What the server has no more was posted or thrown away.
	if (at > new Date(began || 0) && (began || !had || !kept) && !isNew()) {
		for (const one of form.elements) {
			if (/radio|box/.test(one.type)) one.checked = one.value === typed[one.name]
			else one.value = typed[one.name] ?? one.value
		}
		area.closest("details")?.setAttribute("open", "")
	} else delete copies[name]
	if (isNew()) area.dispatchEvent(new Event("input", { bubbles: true }))
}

// Sent is not yet there: the next page tells.
if (document.querySelector(".told")) delete copies[tab.sent]
delete tab.sent
areas.filter((area) => area.dataset.draft).forEach(keep)

addEventListener("submit", ({ defaultPrevented, target }) => {
	if (defaultPrevented) return
	leaving = target
	tab.sent = key(target.querySelector("[data-draft]"))
})
addEventListener("pageshow", () => (leaving = 0))
addEventListener("beforeunload", (event) => {
	const isLost = ({ dirty, form, value, defaultValue }) => form !== leaving && (dirty ?? value !== defaultValue)
	if (areas.some(isLost)) event.preventDefault()
})
