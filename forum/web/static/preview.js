// The preview beside the text, made by the server, so that it is what will be posted.

const WAIT = 400;

function tab(name, label, selected) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", textContent: label });
  button.setAttribute("aria-pressed", String(selected));
  button.dataset.shows = name;
  return button;
}

function start(composer) {
  const text = composer.querySelector("textarea");
  const panes = composer.querySelector(".panes");
  const preview = composer.querySelector("[data-pane=preview]");
  const tabs = composer.querySelector("[data-tabs]");
  tabs.append(tab("write", "Write", true), tab("preview", "Preview", false));
  preview.hidden = false;
  panes.dataset.shows = "write";

  let waiting = 0;
  let asked = 0;
  let made = null;
  async function refresh() {
    const wanted = text.value;
    if (wanted === made) return;
    const mine = ++asked;
    const body = new URLSearchParams({ text: wanted });
    const answer = await fetch("/preview", { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (mine !== asked) return;
    if (answer?.ok) {
      preview.innerHTML = await answer.text();
      made = wanted;
    } else {
      preview.textContent = "The preview cannot be made just now. Your text is safe here; you can go on writing.";
    }
  }
  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(() => preview.offsetParent && refresh(), WAIT);
  }
  tabs.addEventListener("click", ({ target }) => {
    if (!target.dataset.shows) return;
    panes.dataset.shows = target.dataset.shows;
    for (const one of tabs.children) one.setAttribute("aria-pressed", String(one === target));
    if (target.dataset.shows === "preview") refresh();
    else text.focus();
  });
  text.addEventListener("input", soon);
  soon();
}

document.querySelectorAll("[data-composer]").forEach(start);
