// Words selected in somebody else's post can be asked about: a small button leads to the form, filled in.

const button = document.createElement("a");
button.className = "button card";
button.hidden = true;
button.textContent = "Ask for a source";
document.body.append(button);

function chosen() {
  const selection = getSelection();
  // The form offers sentences; of several the first is meant.
  const words = selection.toString().replace(/\[\d+\]/g, "").trim().split(/(?<=[.!?])\s/)[0].slice(0, 500);
  if (!words) return null;
  const text = selection.getRangeAt(0).commonAncestorContainer.parentElement?.closest(".text");
  const link = text?.parentElement.querySelector(":scope > .acts > [data-ask], :scope > .by > [data-ask]");
  return link && { words, link, at: selection.getRangeAt(0).getBoundingClientRect() };
}

document.addEventListener("selectionchange", () => {
  const found = chosen();
  button.hidden = !found;
  if (!found) return;
  button.href = `${found.link.pathname}?words=${encodeURIComponent(found.words)}`;
  const room = document.documentElement.clientWidth - button.offsetWidth - 16;
  button.style.left = `${Math.max(16, Math.min(found.at.left, room)) + scrollX}px`;
  button.style.top = `${found.at.bottom + 8 + scrollY}px`;
});
