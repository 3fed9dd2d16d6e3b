function send(text, file) {
	const bar = text.form.querySelector("progress[hidden]").cloneNode()
	const typed = new FormData()
	const request = new XMLHttpRequest()
	typed.set("file", file)
	text.after(bar)
	bar.hidden = false
	request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total)
	request.responseType = "json"
	request.open("POST", "/images?part=1")
	request.send(typed)
	return new Promise((done) => (request.onloadend = () => done(request, bar.remove())))
}

function refuse(form, about, words) {
	const said = form.querySelector("[data-refused]")
	said.textContent = words ?? said.dataset[about] ?? said.dataset.s0
}

async function all(text, files) {
	const before = text.value.slice(0, text.selectionStart)
	text.focus()
	refuse(text.form, "", "")
	const sent = await Promise.all([...files].map((file) => send(text, file)))
	for (const { response, status } of sent) if (status !== 201) refuse(text.form, `s${status}`, response?.error)
	const words = sent.flatMap(({ response }) => response?.markdown ?? []).join("\n\n")
	const at = text.value.startsWith(before) ? before.length : text.selectionStart
	const stayed = text.selectionStart === at
	text.setRangeText(words, at, at, "preserve")
	if (words && stayed) text.setSelectionRange(at + 2, at + 2)
	text.dispatchEvent(new Event("input", { bubbles: true }))
}

addEventListener("submit", (event) => {
	if (!event.target.querySelector("progress:not([hidden])")) return
	event.preventDefault()
	refuse(event.target, "sending")
}, true)

export const upload = (text, files) => !all(text, files)
