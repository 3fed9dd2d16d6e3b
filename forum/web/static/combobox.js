import { asker } from "./asker.js"

export function combobox(field, list, wait = 150, first) {
	const asks = asker(wait)
	const chosen = () => list.querySelector("[aria-selected=true]")

	function choose(option) {
		for (const one of list.querySelectorAll("[role=option]")) one.ariaSelected = one === option
		field.setAttribute("aria-activedescendant", option?.id ?? "")
		option?.scrollIntoView({ block: "nearest" })
	}

	function show(html) {
		list.innerHTML = html.trim()
		const option = list.querySelector("[role=option]")
		if (first) field.role = option && "combobox"
		field.ariaExpanded = field.role && !!option
		choose(first && option)
	}

	const look = async (path) => show((await asks(path)) ?? "")

	field.ariaAutoComplete = "list"
	if (list.role) field.onblur = () => look()
	field.setAttribute("aria-controls", list.id)
	field.addEventListener("keydown", (event) => {
		const places = [null, ...list.querySelectorAll("[role=option]")]
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
		if (places.length < 2) return
		if (step) choose(places.at((places.indexOf(chosen()) + step) % places.length))
		else if (event.key === "Escape") look()
		else if (event.key === "Enter" && chosen()) chosen().click()
		else return
		event.preventDefault()
	})
	list.onmousedown = () => false
	show("")
	return { asks, choose, chosen, look, show }
}
