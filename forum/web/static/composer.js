import { asker } from "./asker.js"
import "./cite.js"
import { combobox } from "./combobox.js"
import { find, findAll, isHeld } from "./main.js"
import { markdown } from "./markdown.js"
import { upload } from "./pictures.js"
import { type } from "./typing.js"

function use(text, { mark, end = mark, line }) {
	const { selectionStart: from, selectionEnd: to, value } = text
	const start = line ? value.slice(0, from).lastIndexOf("\n") + 1 : from
	const words = value.slice(start, to)
	type(text, line ? words.replace(/^/gm, line) : mark + words + end, start, to)
	if (line) return
	const aim = end.slice(2, -1) || words
	const at = text.value.indexOf(aim, from + mark.length)
	text.setSelectionRange(at, at + aim.length)
}

function walk({ key, target }) {
	const to = target[{ ArrowRight: "nextElementSibling", ArrowLeft: "previousElementSibling" }[key]]
	if (to) [target.tabIndex, to.tabIndex] = [-1, 0]
	to?.focus()
}

function pressed(event) {
	const { altKey, code, shiftKey, target } = event
	// Shift and Alt change keys; AltGr writes brackets.
	const key = altKey || /^Digit/.test(code) ? code.slice(-1) : event.key.toUpperCase()
	const name = `Control+${altKey ? "Alt+" : ""}${shiftKey ? "Shift+" : ""}${CSS.escape(key)}`
	const button = target.form.querySelector(`[aria-keyshortcuts="${name}"]`)
	if (!isHeld(event) || event.getModifierState("AltGraph")) return true
	button?.click()
	return !button
}

function pasted({ clipboardData: data, target: text }) {
	const words = data.getData("text/plain").trim()
	const chosen = text.value.slice(text.selectionStart, text.selectionEnd)
	const isLink = chosen && /^https?:\/\/\S+$/.test(words)
	const made = isLink ? `[${chosen}](${words})` : markdown(data.getData("text/html"))
	if (!words && data.files.length) return upload(text, data.files)
	if (made) type(text, made)
	return !made
}

function dragged({ type: kind, dataTransfer: { files, types }, target: text }) {
	text.classList.toggle("drop", kind === "dragover")
	return !types.includes("Files") || (kind === "drop" && upload(text, files))
}

function start(form) {
	const part = (selector) => form.querySelector(selector)
	const { text } = form.elements
	for (const one of form.querySelectorAll("template")) one.replaceWith(one.content)
	const [panes, preview, tools, list] = [".panes", ".preview", "[role=toolbar]", ".completions"].map(part)
	list.id ||= `${text.id}-people`
	const people = combobox(text, list, 150, true)
	const says = part("[data-says]")
	const asks = asker()

	function tell() {
		const silent = /!\[\s*\]\(\/images/.test(text.value) && says.dataset.silent
		const words = silent || part("[data-tells]")?.dataset.tells || "\u00a0"
		if (says.textContent !== words) says.textContent = words
	}

	async function refresh(wait = preview.offsetParent ? 400 : 1500) {
		preview.innerHTML = (await asks("/preview", { text: text.value }, wait)) ?? preview.dataset.away
		tell()
	}

	const begun = () => /(?<![\p{L}\p{N}_@/-])@([\p{L}\p{N}_-]*)$/u.exec(text.value.slice(0, text.selectionStart))
	text.oninput = () => {
		const name = begun()
		const thread = /^\/t\/(\d+)|/.exec(location.pathname)[1] ?? ""
		people.look(name && `/people/suggest?${new URLSearchParams({ q: name[1], thread })}`)
		tell()
		if (preview) refresh()
	}
	list.onclick = ({ target }) =>
		type(text, `@${target.closest("[role=option]").dataset.name} `, begun().index)
	text.onkeydown = pressed
	text.onpaste = pasted
	text.ondragover = text.ondragleave = text.ondrop = dragged
	tools.onkeydown = walk
	tools.onclick = ({ target }) => target !== tools && use(text, target.closest("button").dataset)
	if (!preview) return
	part("[data-picture-link]").onclick = () => part("[data-pick]").click() ?? false
	part("[data-pick]").onchange = ({ target }) => upload(text, target.files)
	preview.hidden = false
	panes.dataset.shows = "write"
	part(".tabs").onclick = ({ target }) => {
		panes.dataset.shows = target.value
		for (const tab of part(".tabs").children) tab.ariaPressed = tab === target
		refresh(0)
	}
	if (text.value) refresh()
}

function dress() {
	for (const form of findAll("[open] > [data-comment]:not(:has([role=toolbar]))")) {
		form.elements.text.after(find("[data-small]").content.cloneNode(true))
		start(form)
	}
}

findAll("form:has([data-composer])").forEach(start)
dress()
addEventListener("toggle", dress, true)
