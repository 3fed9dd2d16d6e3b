// Kept here until the server has it.

import { find, findAll, isHeld } from "./main.js"

const { sessionStorage: tab, localStorage: copies } = window
const key = (area) => `draft:${document.body.dataset.account}:${area?.dataset.draft}`
const areas = findAll("form textarea")
let leaving
tab.window ??= Math.random()

function keep(area) {
	const { form } = area
	const place = area.dataset.draft
	const name = key(area)
	const kept = find(`[data-kept=${place}]`)
	const began = kept?.dataset.saved ?? ""
	const to = `/drafts?${new URLSearchParams({ place, began, window: tab.window })}`
	const said = form.querySelector("[data-said]") ?? document.createElement("p")
	const isNew = () => area.value !== area.defaultValue
	let [known, timer, stopped] = [began]

	const all = () => JSON.stringify([known, Object.fromEntries(new FormData(form))])
	function offer(place, about, onclick) {
		place.innerHTML = said.dataset[about] ?? document.body.dataset.other
		place.lastChild.onclick = onclick
	}
	async function save(keepalive, over = "") {
		const copy = copies[name]
		area.dirty = false
		const sent = { method: "POST", body: new FormData(form), keepalive }
		const { ok, status, headers } = await fetch(to + over, sent).catch(() => 0)
		known = headers?.get("draft-saved") ?? known
		if (copies[name] !== copy) copies[name] = all()
		else if (ok) delete copies[name]
		area.dirty ||= stopped = status === 409
		said.textContent = said.dataset[ok ? "saved" : "here"]
		if (stopped) offer(said, "elsewhere", () => save(false, "&over=1"))
	}
	const flush = (on) => area.dirty && !stopped && leaving !== form && save(on)
	const tick = () => (timer = flush() && setTimeout(tick, 3000))
	form.oninput = () => {
		area.dirty = true
		if (!stopped) copies[name] = all()
		timer || tick()
	}
	form.onkeydown = (event) => {
		if (isHeld(event) && event.key === "Enter") form.requestSubmit()
	}
	addEventListener("beforeunload", flush)
	addEventListener("visibilitychange", flush)

	const changed = () => area.dispatchEvent(new Event("input", { bubbles: true }))
	const [had, typed] = JSON.parse(copies[name] ?? "[]")
	const isLost = (one) => /text/.test(one.type) && !one.value.includes(typed[one.name] ?? "")
	function fill() {
		for (const one of form.elements) {
			if (/radio|box/.test(one.type)) one.checked = one.value === typed[one.name]
			else if (one.type !== "hidden" || one.name === "revision") one.value = typed[one.name] ?? one.value
		}
	}
	if (form.elements.window) form.elements.window.value = tab.window
	if (typed && !isNew() && (had === began || !kept)) {
		fill()
		area.closest("details")?.setAttribute("open", "")
	} else if (typed && began && [...form.elements].some(isLost)) {
		const note = document.createElement("p")
		form.prepend(note)
		offer(note, "", () => changed(fill(note.remove())))
	} else delete copies[name]
	if (isNew()) changed()
}

if (find(".told")) delete copies[tab.sent]
delete tab.sent
areas.filter((area) => area.dataset.draft).forEach(keep)

onsubmit = ({ defaultPrevented, target }) => {
	if (defaultPrevented) return
	leaving = target
	tab.sent = key(target.querySelector("[data-draft]"))
}
onpageshow = () => (leaving = 0)
onbeforeunload = (event) => {
	const isLost = ({ dirty, form, value, defaultValue }) => form !== leaving && (dirty ?? value !== defaultValue)
	if (areas.some(isLost)) event.preventDefault()
}
