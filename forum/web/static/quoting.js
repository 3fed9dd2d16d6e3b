import { find } from "./main.js"
import { type } from "./typing.js"

const bar = find("[data-quoting]")
const [quote, ask] = bar.children
let words, post
document.body.append(bar)

document.onselectionchange = () => {
	const selection = getSelection()
	const said = `${selection}`.replace(/ ?\[\d+\]/g, "").trim()
	const from = said && selection.anchorNode.parentElement?.closest(".text")?.closest("article, li[id]")
	// A finger on the bar unselects, then presses.
	if (!from?.id) return setTimeout(() => (bar.hidden ||= !`${getSelection()}`), 300)
	const link = from.querySelector(":scope > * > [data-ask]")
	words = said
	post = from
	bar.hidden = false
	const { bottom } = selection.getRangeAt(0).getBoundingClientRect()
	bar.style = `left: 1rem; top: ${scrollY + Math.min(bottom + 12, innerHeight - 60)}px`
	ask.hidden = !link
	const sentence = words.split(/(?<=[.!?])\s/)[0].slice(0, 500)
	ask.href = `${link?.pathname}?words=${encodeURIComponent(sentence)}`
}
quote.onclick = () => {
	const said = `${words}\n\n— [${post.querySelector(".by a").textContent}](/p/${post.id.slice(1)})`
	const comments = post.matches("li") && post.closest("article").querySelector("details:has(textarea)")
	if (comments) comments.open = true
	const box = comments ? comments.querySelector("textarea") : find("#text")
	type(box, `${box.value}\n\n${said.replace(/^/gm, "> ")}\n\n`.trimStart(), 0, box.value.length)
	bar.hidden = true
}
