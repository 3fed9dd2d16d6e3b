import { combobox } from "./combobox.js"

for (const list of document.querySelectorAll(".suggest")) {
	const box = list.previousElementSibling
	box.role = "combobox"
	box.autocomplete = "off"
	const { look } = combobox(box, list)
	box.oninput = () => look(`/search/suggest?q=${encodeURIComponent(box.value)}`)
	if (box.value !== box.defaultValue) box.oninput()
}
