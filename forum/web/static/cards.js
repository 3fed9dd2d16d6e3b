import { find, findAll } from "./main.js"

const CITED = "sup.cite a"
const card = find("[data-card]")
let waiting, at

const source = (link) => document.getElementById(link.hash.slice(1))
const hide = () => find(`${CITED}:focus-visible, .card :focus-visible`) || card.replaceChildren()

function show(link) {
	card.innerHTML = source(link)?.innerHTML ?? ""
	at?.removeAttribute("style")
	link.style.anchorName = "--cited"
	at = link
}

function near({ target, type }) {
	const on = target.closest(`${CITED}, .card`)
	clearTimeout(waiting)
	if (on !== card) waiting = setTimeout(on ? show : hide, type === "focusin" ? 0 : 200, on)
}
onmouseover = near
addEventListener("focusin", near)
onkeyup = ({ key }) => {
	if (key === "Escape") card.replaceChildren()
}
for (const link of findAll(CITED)) {
	link.setAttribute("aria-describedby", link.hash.slice(1))
	if (source(link)?.querySelector(".bad")) link.classList.add("doubtful")
}

const here = new IntersectionObserver((posts) => {
	for (const { target, isIntersecting } of posts)
		target.link.ariaCurrent = isIntersecting ? "location" : null
}, { rootMargin: "-25% 0px -75%" })
for (const link of findAll(".rail [href^='#']")) {
	const post = source(link)
	if (post) here.observe(Object.assign(post, { link }))
}
