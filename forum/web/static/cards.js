// A citation shows its source on hover and on focus; the list beside a thread shows where one is.

const CITED = "sup.cite a";
const card = Object.assign(document.createElement("div"), { className: "card", hidden: true });
document.body.append(card);
let waiting;

const source = (link) => document.getElementById(link.hash.slice(1));
const hide = () => (card.hidden = !document.querySelector(`${CITED}:focus-visible, .card :focus-visible`));

function show(link) {
  card.innerHTML = source(link)?.innerHTML ?? "";
  card.hidden = !card.innerHTML;
  const { left, top, bottom } = link.getBoundingClientRect();
  const height = card.offsetHeight + 6;
  const most = document.documentElement.clientWidth - card.offsetWidth - 16;
  const y = bottom + height > innerHeight && top > height ? top - height : bottom + 6;
  card.style.left = `${scrollX + Math.max(16, Math.min(left - 24, most))}px`;
  card.style.top = `${scrollY + y}px`;
}

for (const name of ["mouseover", "focusin"]) {
  document.addEventListener(name, ({ target }) => {
    const on = target.closest(`${CITED}, .card`);
    clearTimeout(waiting);
    if (on !== card) waiting = setTimeout(on ? show : hide, name === "focusin" ? 0 : 200, on);
  });
}
addEventListener("keydown", ({ key }) => (card.hidden ||= key === "Escape"));
for (const link of document.querySelectorAll(CITED)) {
  link.setAttribute("aria-describedby", link.hash.slice(1));
  link.classList.toggle("doubtful", !!source(link)?.querySelector(".bad"));
}

const here = new IntersectionObserver(
  (posts) => {
    for (const { target, isIntersecting } of posts)
      document.querySelector(`.rail [href="#${target.id}"]`).ariaCurrent = isIntersecting ? "location" : null;
  },
  { rootMargin: "-25% 0px -75%" },
);
for (const post of document.querySelectorAll(".thread-page > * > .post")) here.observe(post);
