import { combobox } from "./combobox.js"

for (const box of document.querySelectorAll("[role=search] [name=q]")) {
	box.role = "combobox"
	box.autocomplete = "off"
	const { look } = combobox(box, box.nextElementSibling)
	box.oninput = () => look(`/search/suggest?q=${encodeURIComponent(box.value)}`)
	if (box.value !== box.defaultValue) box.oninput()
}
