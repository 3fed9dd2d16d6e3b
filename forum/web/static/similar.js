// Threads that may already answer it, under the title while it is typed. What was shown is sent along.

const [status, list] = document.querySelector("[data-similar]").children;
const { title, seen } = list.closest("form").elements;
let turn = 0;

async function look() {
  const mine = ++turn;
  await new Promise((done) => setTimeout(done, 500));
  const path = `/ask/similar?title=${encodeURIComponent(title.value)}`;
  const answer = mine === turn && (await fetch(path, { redirect: "manual" }).catch(() => null));
  if (mine !== turn) return;
  list.innerHTML = answer?.ok ? await answer.text() : "";
  const found = list.querySelectorAll("[data-thread]");
  status.textContent = found.length ? "These may already answer it. A link opens in a new tab." : "";
  for (const { dataset } of found) seen.value += ` ${dataset.thread}`;
}

title.addEventListener("input", look);
if (title.value && !seen.value) look();
