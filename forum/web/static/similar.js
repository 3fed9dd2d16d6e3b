// Threads that may already answer it, while it is typed.

const [status, list] = document.querySelector("[data-similar]").children;
const { title, text, seen } = list.closest("form").elements;
let turn = 0;

async function look() {
  const mine = ++turn;
  await new Promise((done) => setTimeout(done, 500));
  const asked = new URLSearchParams({ title: title.value, text: text.value.slice(0, 500) });
  const answer = mine === turn && (await fetch(`/ask/similar?${asked}`, { redirect: "manual" }).catch(() => null));
  if (mine !== turn) return;
  list.innerHTML = answer?.ok ? await answer.text() : "";
  status.textContent = list.children.length ? "These may already answer it. A link opens in a new tab." : "";
}

title.addEventListener("input", look);
text.addEventListener("change", look);
if (title.value && !seen.value) look();
