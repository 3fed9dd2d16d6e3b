import { combobox } from "./combobox.js";

for (const box of document.querySelectorAll("[role=search] [name=q]")) {
  const list = document.createElement("div");
  const id = `suggest-${box.form.className}`;
  Object.assign(list, { id, className: "suggest", role: "listbox", ariaLabel: "Suggestions" });
  Object.assign(box, { role: "combobox", autocomplete: "off" });
  box.after(list);
  const { look } = combobox(box, list);
  box.oninput = () => look(`/search/suggest?q=${encodeURIComponent(box.value)}`);
  // Whoever types fast has begun before.
  if (box.value !== box.defaultValue) box.oninput();
}
