import { find } from "./main.js"

const bar = find("[data-live]")
const { title } = document
let source

const on = {
	news: (html) => bar.innerHTML === html || (bar.innerHTML = html),
	scores(all) {
		for (const [id, score] of Object.entries(JSON.parse(all)))
			find(`#p${id} > .votes .score`)?.replaceChildren(score)
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
document.onvisibilitychange = listen
