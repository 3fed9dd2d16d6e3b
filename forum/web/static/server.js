// Without a status where the server is out of reach.
export async function ask(path, form) {
	const sent = form && { method: "POST", body: new URLSearchParams(form) }
	const answer = await fetch(path, { redirect: "manual", ...sent }).catch(() => 0)
	const { ok, status, type } = answer
	return { ok, status, type, html: answer && (await answer.text()) }
}

// A fragment, or null for none; waits forever if something was asked since.
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
