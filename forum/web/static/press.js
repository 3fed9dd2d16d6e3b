// A page that has nothing to say but to go on: its one form is sent. Without this there is its button.

document.querySelector("form[data-press]").requestSubmit();
