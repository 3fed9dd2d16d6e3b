import { ask, find, findAll, isHeld } from "./main.js"

const TITLE = "h2 :last-child"
const form = find("[data-decide]") ?? {}
const help = find("#keys")
const on = help.querySelector("input")

function meant(key) {
	const lines = findAll("[data-item]")
	const at = lines.indexOf(document.activeElement.closest("[data-item]") ?? find(":target"))
	const step = lines[0] && { j: 1, k: -1 }[key]
	if (step) return lines[at + step]?.querySelector(TITLE)
	const named = `[data-key="${CSS.escape(key)}"]`
	return lines[at]?.querySelector(named) ?? find(`${named}:not([data-item] *)`)
}

document.onkeydown = (event) => {
	const { altKey, key, target } = event
	const held = isHeld(event)
	if (held && key === "Enter") form.requestSubmit?.(find("[data-next]"))
	const types = target.closest("textarea, select, input:not([type=radio], [type=checkbox])")
	const found = !held && !altKey && on.checked && !help.open && !types && meant(key)
	if (!found) return true
	found.focus()
	if (!found.matches(`textarea, ${TITLE}`)) found.click()
	return false
}

// Letters can hinder speech input.
on.checked = !localStorage.deskKeysOff
on.onchange = () => (localStorage.deskKeysOff = on.checked ? "" : "1")
for (const kbd of findAll("[data-decide] kbd")) kbd.hidden = !on.checked

form.onchange = ({ target }) => {
	if (target?.id === "saved") find("[value=text]").click()
	const { asks, given } = find("[name=verdict]:checked")?.dataset ?? {}
	const area = find("#more")
	if (area) area.parentNode.hidden = !asks
	if (!asks) return
	find("[for=more]").textContent = asks
	find("#more-help").hidden = true
	if (area.value === area.defaultValue) area.value = area.defaultValue = given
}
form.onchange({})
onchange = ({ target: { form } }) => form?.id === "many" && (find("#items").open = true)

let last = Date.now()
form.oninput = async () => {
	const held = find("[data-held]")
	if (!held || Date.now() - last < 240_000) return
	last = Date.now()
	const { status, html } = await ask(form.dataset.claimAt, { part: "1" })
	if ([200, 409].includes(status)) held.outerHTML = html
}
