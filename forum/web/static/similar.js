import { asker } from "./asker.js"

const [status, list] = document.querySelector("[data-similar]").children
const { title, text, seen } = list.closest("form").elements
const asks = asker(500)

async function look() {
	const typed = new URLSearchParams({ title: title.value, text: text.value.slice(0, 500) })
	list.innerHTML = (await asks(`/ask/similar?${typed}`)) ?? ""
	status.textContent = list.firstElementChild?.dataset.tells ?? ""
}

title.oninput = text.onchange = look
if (title.value && !seen.value) look()
