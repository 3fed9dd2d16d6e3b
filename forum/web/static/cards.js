const CITED = "sup.cite a"
const card = Object.assign(document.createElement("div"), { className: "card", hidden: true })
document.body.append(card)
let waiting

const source = (link) => document.getElementById(link.hash.slice(1))
const hide = () => (card.hidden = !document.querySelector(`${CITED}:focus-visible, .card :focus-visible`))

function show(link) {
	card.innerHTML = source(link)?.innerHTML ?? ""
	card.hidden = !card.innerHTML
	const { left, top, bottom } = link.getBoundingClientRect()
	const height = card.offsetHeight + 6
	const most = document.body.clientWidth - card.offsetWidth - 16
	const y = bottom + height > innerHeight && top > height ? top - height : bottom + 6
	card.style.left = `${Math.max(16, Math.min(left - 24, most))}px`
	card.style.top = `${scrollY + y}px`
}

for (const name of ["mouseover", "focusin"]) {
	addEventListener(name, ({ target }) => {
		const on = target.closest(`${CITED}, .card`)
		clearTimeout(waiting)
		if (on !== card) waiting = setTimeout(on ? show : hide, name === "focusin" ? 0 : 200, on)
	})
}
addEventListener("keydown", ({ key }) => (card.hidden ||= key === "Escape"))
for (const link of document.querySelectorAll(CITED)) {
	link.setAttribute("aria-describedby", link.hash.slice(1))
	if (source(link)?.querySelector(".bad")) link.classList.add("doubtful")
}

const rail = document.querySelector(".rail")
const mark = ({ target, isIntersecting }) => {
	rail.querySelector(`[href="#${target.id}"]`).ariaCurrent = isIntersecting ? "location" : null
}
const here = new IntersectionObserver((posts) => posts.forEach(mark), { rootMargin: "-25% 0px -75%" })
if (rail) document.querySelectorAll(".thread-page > * > .post").forEach((post) => here.observe(post))
