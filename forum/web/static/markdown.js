const MARKED = "a, b, strong, i, em, h1, h2, h3, li, blockquote, pre, code, tr, img, sub, sup"
const SAME = { strong: "b", em: "i", div: "p", ul: "ol", table: "p", script: "style" }
const inside = (node) => [...node.childNodes].map(made).join("").replace(/\n{3,}/g, "\n\n")
const plain = (words) => words.replace(/\s+/g, " ").replace(/[\\`*[\]<]/g, "\\$&")
const block = (words) => `\n\n${words.trim()}\n\n`
const begin = (mark, node) => inside(node).trim().replace(/^/gm, mark)
const between = (mark, node) => inside(node).replace(/\S(.*\S)?/s, (words) => mark + words + mark)

const TAGS = {
	a: (node) => (/^https?:/.test(node.href) ? `[${inside(node).trim()}](${node.href})` : inside(node)),
	// Some wrap all in one that is not bold.
	b: (node) => (/weight:\s*normal/.test(node.dataset.style) ? inside(node) : between("**", node)),
	blockquote: (node) => block(begin("> ", node)),
	br: () => "\n",
	code: (node) => `\`${node.textContent}\``,
	i: (node) => between("_", node),
	li: (node) => `\n${node.parentNode.localName === "ol" ? "1." : "-"} ${begin("   ", node).trim()}`,
	img: ({ alt, src }) => plain(alt) || (/^https?:/.test(src) ? src : ""),
	ol: (node) => (node.parentNode.closest("li, ul, ol") ? `\n${inside(node).trim()}` : block(inside(node))),
	p: (node) => block(inside(node)),
	pre: (node) => block(`\`\`\`\n${node.textContent.trim()}\n\`\`\``),
	style: () => "",
	sub: (node) => inside(node).replace(/\d/g, (digit) => String.fromCharCode(8320 + +digit)),
	sup: (node) => inside(node).replace(/^[-−+]?\d+$/, "^$&"),
	td: (node) => `| ${inside(node).trim().replace(/\s+/g, " ").replace(/\|/g, "\\|")} `,
	tr: (node) => `\n${[...node.cells].map(TAGS.td).join("")}|${node.rowIndex ? "" : `\n${"|---".repeat(node.cells.length)}|`}`,
}

function made(node) {
	const tag = SAME[node.localName] ?? node.localName
	if (node.nodeType === Node.TEXT_NODE) return plain(node.data)
	if (/^h[1-6]$/.test(tag)) return block(`${"#".repeat(tag[1])} ${inside(node)}`)
	return (TAGS[tag] ?? inside)(node)
}

export function markdown(html) {
	// The page's policy would complain of each.
	const bare = html.replace(/\s(style|on\w+)=/gi, " data-$1=")
	const { body } = new DOMParser().parseFromString(bare, "text/html")
	return body.querySelector(MARKED) ? inside(body).replace(/ +$/gm, "").trim() : ""
}
