import { ask } from "./server.js"

const dialog = document.querySelector("[data-acts]")

function show(html) {
	dialog.innerHTML = html
	dialog.open || dialog.showModal()
	for (const part of dialog.querySelectorAll("#flag-title, [data-problems]")) part.focus()
}

addEventListener("click", async (event) => {
	const link = event.target.closest("a[data-flag]")
	if (event.target.matches("[data-close]")) dialog.close()
	if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
	event.preventDefault()
	const { ok, html } = await ask(`${link.pathname}?part=1`)
	if (ok) show(html)
	else location = link.href
})
document.addEventListener("submit", async (event) => {
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
})
