// As if it were typed: only so does the browser's own undo take it back.
export function type(text, words, from = text.selectionStart, to = text.selectionEnd) {
  text.focus();
  text.setSelectionRange(from, to);
  document.execCommand(words ? "insertText" : "delete", false, words);
}
