// Pictures go up at once; words in the text hold the place of each.

import { type } from "./typing.js";

function send(text, file) {
  const place = `![Sending ${file.name.replace(/[[\]]/g, "")} …]()`;
  const bar = Object.assign(document.createElement("progress"), { className: "progress", ariaLabel: "Sending" });
  const typed = new FormData();
  // Fetch does not tell how far it is.
  const request = new XMLHttpRequest();
  typed.set("file", file);
  type(text, place);
  text.after(bar);
  request.upload.onprogress = ({ loaded, total }) => (bar.value = loaded / total);
  request.onloadend = () => {
    const { markdown = "", error = "That picture could not be sent. Please try again." } = request.response ?? {};
    const textContent = markdown ? "" : error;
    bar.replaceWith(Object.assign(document.createElement("p"), { className: "error", role: "alert", textContent }));
    put(text, place, markdown);
  };
  request.responseType = "json";
  request.open("POST", "/images?part=1");
  request.send(typed);
}

function put(text, place, words) {
  const from = text.value.indexOf(place);
  const to = from + place.length;
  const { activeElement } = document;
  const at = text.selectionStart;
  if (from < 0) return;
  type(text, words, from, to);
  // Unless one has written on, what the picture shows is typed next.
  const caret = at === to && words ? from + 2 : at > from ? at + words.length - place.length : at;
  text.setSelectionRange(caret, caret);
  activeElement.focus();
}

// Answers false, like a handler that leaves nothing to the browser.
export const upload = (text, files) => [...files].forEach((file) => send(text, file)) ?? false;
