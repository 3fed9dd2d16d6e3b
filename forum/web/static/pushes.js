const form = document.querySelector("[data-pushes]")
const says = form.querySelector("[data-says]")

async function ask() {
	await navigator.serviceWorker.register("/sw.js")
	const { pushManager } = await navigator.serviceWorker.ready
	const options = { userVisibleOnly: true, applicationServerKey: form.dataset.pushes }
	const { endpoint, keys } = (await pushManager.subscribe(options)).toJSON()
	for (const [name, value] of Object.entries({ endpoint, ...keys })) form.elements[name].value = value
	form.submit()
}
form.hidden = !window.PushManager
form.onsubmit = () => !ask().catch(() => (says.textContent = says.dataset.says))
