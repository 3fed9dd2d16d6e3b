import { combobox } from "./combobox.js"
import { ask, find } from "./main.js"
import { type } from "./typing.js"

const dialog = find("#citing")
const part = (name) => dialog.querySelector(`[data-${name}]`)
const words = () => q.value.trim()
const warn = (words) => (part("warn").textContent = words)
let text, q, found, options

addEventListener("click", async (event) => {
	if (!event.target.matches("[data-cite-link]")) return
	event.preventDefault()
	const { ok, html } = await ask("/cite?part=1")
	if (!ok) return open("/cite")
	dialog.innerHTML = html
	text = event.target.closest("form").elements.text
	q = part("q")
	found = part("found")
	options = combobox(q, found, 180)
	q.oninput = () => look()
	q.onpaste = pasted
	dialog.showModal()
	q.focus()
})

async function look(list, since = "", wait) {
	const path = list ? "/cite/look" : words() && `/cite/find?q=${encodeURIComponent(words())}`
	const html = await options.asks(path, list && { q: list, since }, wait)
	if (!dialog.open) return
	show(path ? (html ?? found.dataset.away) : "")
	const more = found.querySelector("[data-look], [data-since]")
	if (more) look(list || words(), more.dataset.since, Math.min((wait ?? 0) + 300, 1500))
}

function pasted({ clipboardData }) {
	const list = clipboardData.getData("text/plain").trim()
	if (words() || list.length < 40 || !/\s/.test(list)) return true
	q.value = list.replace(/\s+/g, " ")
	look(list)
	return false
}

function show(html) {
	const chosen = [...found.querySelectorAll(":checked")].map((box) => box.value)
	const focused = document.activeElement.value
	options.show(html)
	for (const box of found.querySelectorAll("input")) {
		box.checked ||= chosen.includes(box.value)
		if (box.value === focused) box.focus()
	}
	part("status").textContent = part("tells")?.dataset.tells ?? ""
	warn("")
}

dialog.onsubmit = () => {
	const chosen = [...found.querySelectorAll(":checked, [aria-selected=true]")]
	const cites = [...new Set(chosen.map((one) => one.dataset.cite ?? one.value).filter(Boolean))]
	const caution = chosen.map((one) => one.dataset.caution ?? "").join(" ").trim()
	if (caution && part("warn").textContent !== caution) warn(caution)
	else if (cites[0]) insert(cites)
	else if (part("tells")) warn(part("warn").dataset.warn)
	else look(words())
	return false
}

function insert(cites) {
	const { selectionStart: from, selectionEnd: to } = text
	const locator = part("locator").value.replace(/[[\]\s]+/g, " ").trim()
	const dressed = `[${part("stance").value}${cites[0].slice(1, -1)}${locator && `, ${locator}`}]`
	const space = /[^\s(]$/.test(text.value.slice(0, from)) ? " " : ""
	dialog.close()
	type(text, space + (cites[1] ? cites.join(" ") : dressed), from, to)
}

dialog.onclick = ({ target }) => {
	const option = target.closest("[role=option]")
	const { spelling, lookUp } = target.dataset
	if (option && option === options.chosen()) part("insert").click()
	else if (option) options.choose(option)
	else if (lookUp) look(words())
	else if (spelling) look(void (q.value = spelling))
}
