import { ask } from "./main.js"

const page = document.querySelector("[data-reading]")
const { reading, newest } = page.dataset
let seen = 0
let ended

const tell = () => {
	clearInterval(clock)
	end.disconnect()
	ask(reading, { post: newest })
}
const clock = setInterval(() => document.hidden || ++seen < (ended ? 5 : 30) || tell(), 1000)
const end = new IntersectionObserver(([last]) => (ended = last.isIntersecting))
end.observe(page.querySelector("[data-related]"))
