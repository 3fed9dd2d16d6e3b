import { find, findAll } from "./main.js"

const CITED = "sup.cite a"
const card = find("[data-card]")
let waiting

const source = (link) => document.getElementById(link.hash.slice(1))
const hide = () => (card.hidden = !find(`${CITED}:focus-visible, .card :focus-visible`))

function show(link) {
	card.innerHTML = source(link)?.innerHTML ?? ""
	card.hidden = !card.innerHTML
	const { left, top, bottom } = link.getBoundingClientRect()
	const height = card.offsetHeight + 6
	const y = bottom + height > innerHeight && top > height ? top - height : bottom + 6
	card.style.left = `clamp(1rem, ${left - 24}px, 100% - ${card.offsetWidth + 16}px)`
	card.style.top = `${scrollY + y}px`
}

function near({ target, type }) {
	const on = target.closest(`${CITED}, .card`)
	clearTimeout(waiting)
	if (on !== card) waiting = setTimeout(on ? show : hide, type === "focusin" ? 0 : 200, on)
}
onmouseover = near
addEventListener("focusin", near)
addEventListener("keydown", ({ key }) => (card.hidden ||= key === "Escape"))
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
