import { ask, findAll } from "./main.js"

const Key = window.PublicKeyCredential
const can = Key?.parseCreationOptionsFromJSON && !/^[\d.]+$|:/.test(location.hostname)

async function press(form) {
	const { html, status, type } = await ask(form.dataset.options, new FormData(form))
	if (type === "opaqueredirect") return (location = "/account/prove?next=/account/factors")
	if (status === 422) return form.submit()
	const [act, kind] = form.dataset.passkey === "make" ? ["create", "Creation"] : ["get", "Request"]
	const publicKey = Key[`parse${kind}OptionsFromJSON`](JSON.parse(html))
	const made = await navigator.credentials[act]({ publicKey })
	form.elements.credential.value = JSON.stringify(made)
	form.submit()
}

for (const part of findAll("[data-passkeys], [data-no-passkeys]"))
	part.hidden = !can === part.matches("[data-passkeys]")
for (const form of findAll("[data-passkey]")) {
	const says = form.querySelector("[data-says]")
	form.onsubmit = ({ submitter }) => {
		says.textContent = ""
		submitter.disabled = true
		press(form)
			.catch(({ name }) => (says.textContent = says.dataset[name.toLowerCase()] ?? says.dataset.says))
			.finally(() => (submitter.disabled = false))
		return false
	}
}
