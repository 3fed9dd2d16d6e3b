import { ask, find, findAll, isHeld } from "./main.js"

const dialog = find("#flagging")

function show(html) {
	dialog.innerHTML = html
	dialog.open || dialog.showModal()
	findAll("#flag-title, [data-problems]").at(-1).focus()
}

document.onclick = async (event) => {
	const link = event.target.closest("a[data-flag]")
	if (!link || isHeld(event) || event.shiftKey) return
	event.preventDefault()
	const { ok, html } = await ask(`${link.pathname}?part=1`)
	if (ok) show(html)
	else location = link.href
}
document.onsubmit = async (event) => {
	const { target: form, submitter: button } = event
	const isVote = form.matches("[data-vote]")
	if (form.dataset.plain || !(isVote || dialog.contains(form))) return
	event.preventDefault()
	const typed = new FormData(form, button)
	typed.set("part", "1")
	const { ok, status, html } = await ask(form.action, typed)
	if (!isVote && (ok || [422, 429].includes(status))) return show(html)
	if (ok) {
		const { parentNode } = form
		form.outerHTML = html
		return parentNode.querySelector(`.votes .${button.className}`).focus()
	}
	form.dataset.plain = 1
	button.click()
}
