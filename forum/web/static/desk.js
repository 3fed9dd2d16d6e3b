import { ask } from "./server.js"

const KEYS = {
	j: "a[rel=next]",
	k: "a[rel=prev]",
	c: "[data-claim], [data-held] button",
	x: "[data-offers]",
	w: "#reason",
	u: "[data-undo]",
	"?": "[data-keys-open]",
}
const find = (selector) => document.querySelector(selector)
const form = find("[data-decide]") ?? {}
const help = find("[data-keys]")
const on = find("[data-keys-on]")

function meant(key) {
	const selector = KEYS[key] ?? `[name=verdict][data-key="${CSS.escape(key)}"]`
	const lines = [...document.querySelectorAll("[data-item]")]
	const at = lines.indexOf(document.activeElement.closest("[data-item]"))
	if (!lines[0] || "u?".includes(key)) return find(selector)
	if ("jk".includes(key)) return lines[key === "j" ? at + 1 : at - 1]?.querySelector("h2 a")
	return lines[at]?.querySelector(selector)
}

document.onkeydown = ({ altKey, ctrlKey, key, metaKey, target }) => {
	const held = ctrlKey || metaKey
	if (held && key === "Enter") form.requestSubmit?.(find("[data-next]"))
	const types = target.closest("textarea, select, input:not([type=radio], [type=checkbox])")
	const found = !held && !altKey && on.checked && !help.open && !types && meant(key)
	if (!found) return true
	found.focus()
	if (!found.matches("textarea, h2 a")) found.click()
	return false
}

// Letters can hinder speech input.
on.checked = !localStorage.deskKeysOff
on.onchange = () => (localStorage.deskKeysOff = on.checked ? "" : "1")
for (const kbd of document.querySelectorAll("[data-decide] kbd")) kbd.hidden = !on.checked
find("[data-keys-open]").onclick = () => help.showModal()
find("[data-keys-hint]").hidden = false

form.onchange = ({ target }) => {
	if (target?.id === "saved") find("[value=text]").click()
	const { asks, given } = find("[name=verdict]:checked")?.dataset ?? {}
	const [more, area] = [find("[data-more]"), find("#more")]
	if (more) more.hidden = !asks
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
	const answer = await ask(form.dataset.claimAt, { part: "1" })
	if ([200, 409].includes(answer?.status)) held.outerHTML = await answer.text()
}
