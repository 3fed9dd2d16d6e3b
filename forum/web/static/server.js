// Null where the server is out of reach.
export function ask(path, form) {
	const sent = form && { method: "POST", body: new URLSearchParams(form) }
	return fetch(path, { redirect: "manual", ...sent }).catch(() => null)
}

// A fragment, null for none, undefined if something was asked since.
export function asker(usual) {
	let turn = 0
	return async (path, form, wait = usual) => {
		const mine = ++turn
		await new Promise((done) => setTimeout(done, wait))
		const answer = path && mine === turn ? await ask(path, form) : null
		const html = answer?.ok || answer?.status === 422 ? await answer.text() : null
		return mine === turn ? html : undefined
	}
}
