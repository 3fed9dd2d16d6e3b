import { ask } from "./main.js"

// Never answers if asked again since.
export function asker(usual) {
	let turn = 0
	return (path, form, wait = usual) => {
		const mine = ++turn
		const look = async (done) => {
			const { ok, status, html } = path && mine === turn ? await ask(path, form) : {}
			if (mine === turn) done(ok || status === 422 ? html : null)
		}
		return new Promise((done) => setTimeout(look, wait, done))
	}
}
