// Pictures go up at once; words hold the place of each.

import { type } from "./typing.js"

// Where the answer is a page.
const SAYS = {
	401: "Please sign in again; your text is kept.",
	413: "That picture is too large.",
}

function send(text, file) {
	const place = `![Sending ${file.name.replace(/[[\]]/g, "")} …]()`
	const bar = Object.assign(document.createElement("progress"), { className: "progress", ariaLabel: "Sending" })
	const typed = new FormData()
	// Fetch tells no progress.
	const request = new XMLHttpRequest()
	typed.set("file", file)
	type(text, place)
	text.after(bar)
	request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total)
	request.onloadend = () => {
		const { response, status } = request
		const words = response?.markdown ?? ""
		const textContent = response?.error ?? SAYS[status] ?? "That could not be sent. Please try again in a while."
		const said = Object.assign(document.createElement("p"), { className: "error", role: "alert", textContent })
		bar.replaceWith(...(words ? [] : [said]))
		put(text, place, words)
	}
	request.responseType = "json"
	request.open("POST", "/images?part=1")
	request.send(typed)
}

function put(text, place, words) {
	const from = text.value.indexOf(place)
	const to = from + place.length
	const at = text.selectionStart
	if (from < 0) return
	text.setRangeText(words, from, to, "preserve")
	// What the picture shows is typed next.
	if (words && at === to) text.setSelectionRange(from + 2, from + 2)
	text.dispatchEvent(new Event("input", { bubbles: true }))
}

// False: nothing is left to the browser.
export const upload = (text, files) => [...files].forEach((file) => send(text, file)) ?? false
