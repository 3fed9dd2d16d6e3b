// Suggestions under a search box (ARIA's combobox): arrows choose, Enter goes there, Escape closes.

for (const box of document.querySelectorAll("[role=search] [name=q]")) {
  const list = document.createElement("div");
  const id = `suggest-${box.form.className}`;
  Object.assign(list, { id, className: "suggest", role: "listbox", ariaLabel: "Suggestions" });
  Object.assign(box, { role: "combobox", autocomplete: "off", ariaAutoComplete: "list" });
  box.setAttribute("aria-controls", id);
  box.after(list);
  let turn = 0;
  let place = 0;

  // The place behind the last option is the box itself.
  const choose = (to) => {
    place = to;
    [...list.children].forEach((option, at) => (option.ariaSelected = at === to));
    box.setAttribute("aria-activedescendant", list.children[to]?.id ?? "");
  };
  const show = (html) => {
    list.innerHTML = html.trim();
    box.ariaExpanded = list.children.length > 0;
    choose(list.children.length);
  };
  const close = () => show("", turn++);

  const look = async () => {
    const mine = ++turn;
    await new Promise((done) => setTimeout(done, 150));
    const path = `/search/suggest?q=${encodeURIComponent(box.value)}`;
    const answer = mine === turn && (await fetch(path).catch(() => null));
    if (mine === turn) show(answer?.ok ? await answer.text() : "");
  };
  box.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    const { length } = list.children;
    const step = { ArrowDown: 1, ArrowUp: length }[event.key];
    if (step) choose((place + step) % (length + 1));
    else if (event.key === "Enter" && place < length) list.children[place].click();
    else if (event.key === "Escape" && length) close();
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", close);
  // The box keeps the focus, or the list is gone before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  close();
  // Whoever types fast has begun before.
  if (box.value !== box.defaultValue) look();
}
