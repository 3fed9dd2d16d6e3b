// The browser's own undo takes it back.
export function type(text, words, from = text.selectionStart, to = text.selectionEnd) {
	text.focus()
	text.setSelectionRange(from, to)
	document.execCommand(words ? "insertText" : "delete", false, words)
}
