const bar = document.querySelector("[data-live]")
const { title } = document
let source

const on = {
	news: (html) => bar.innerHTML === html || (bar.innerHTML = html),
	scores(all) {
		for (const [id, score] of Object.entries(JSON.parse(all)))
			document.querySelector(`#p${id} > .votes .score`)?.replaceChildren(score)
	},
	unread: (count) => (document.title = count + title),
}
function listen() {
	source?.close()
	if (document.hidden) return
	source = new EventSource(bar.dataset.live)
	for (const name in on) source.addEventListener(name, ({ data }) => on[name](data))
}
listen()
addEventListener("visibilitychange", listen)
