// What is being written is kept on the server every three seconds; until that has it, in this browser too.
const { sessionStorage: tab, localStorage: copies } = window;
const find = (selector, within = document) => within.querySelector(selector);
const key = (place) => `draft:${document.body.dataset.account}:${place}`;
const areas = [...document.querySelectorAll("form textarea")];
let leaving;
tab.window ??= Math.random();

function keep(area, { form }, place) {
  const kept = find(`[data-kept=${place}]`);
  const began = kept?.dataset.saved ?? "";
  const name = key(place);
  const said = find("[data-said]", form) ?? {};
  let [known, timer, stopped] = [began];

  function store() {
    copies[name] = JSON.stringify([Date.now(), known, Object.fromEntries(new FormData(form))]);
  }
  async function save(keepalive) {
    const copy = copies[name];
    area.dirty = false;
    const to = `/drafts?${new URLSearchParams({ place, began, window: tab.window })}`;
    const { ok, status } = await fetch(to, { method: "POST", body: new FormData(form), keepalive }).catch(() => 0);
    known ||= ok;
    if (copies[name] !== copy) store();
    else if (ok) delete copies[name];
    area.dirty ||= stopped = status === 409;
    said.textContent = said.dataset?.[stopped ? "elsewhere" : ok ? "saved" : "here"];
  }
  const flush = (on) => area.dirty && !stopped && leaving !== form && save(on);
  const tick = () => (timer = flush() && setTimeout(tick, 3000));
  form.addEventListener("input", () => {
    area.dirty = true;
    if (!stopped) store();
    timer || tick();
  });
  addEventListener("beforeunload", flush);
  document.addEventListener("visibilitychange", flush);

  const isNew = () => area.value !== area.defaultValue;
  const [at, had, typed] = JSON.parse(copies[name] ?? "[0]");
  // What the server had and has no more was posted or thrown away elsewhere.
  if (at > (Date.parse(began) || 0) && (began || !had || !kept) && !isNew()) {
    for (const one of form.elements) {
      if (/radio|box/.test(one.type)) one.checked = one.value === typed[one.name];
      else one.value = typed[one.name] ?? one.value;
    }
    area.closest("details")?.setAttribute("open", "");
  } else delete copies[name];
  if (isNew()) setTimeout(() => area.dispatchEvent(new Event("input", { bubbles: true })));
}

// Sent is not yet there: the copy goes when a page says what came of it.
if (find(".told")) delete copies[tab.sent];
delete tab.sent;

for (const area of areas) {
  const place = area.closest("[data-draft]")?.dataset.draft;
  if (place) keep(area, area, place);
}
addEventListener("submit", ({ defaultPrevented, target }) => {
  if (defaultPrevented) return;
  leaving = target;
  tab.sent = key(find("[data-draft]", target)?.dataset.draft);
});
addEventListener("pageshow", () => (leaving = 0));
addEventListener("beforeunload", (event) => {
  const isLost = ({ dirty, form, value, defaultValue }) => form !== leaving && (dirty ?? value !== defaultValue);
  if (areas.some(isLost)) event.preventDefault();
});

const undo = find(".undo[data-undo]");
if (undo) setTimeout(() => (undo.style.visibility = "hidden"), undo.dataset.undo * 1000);
