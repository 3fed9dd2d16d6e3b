// A page that only leads on.
document.querySelector("form[data-press]").requestSubmit();
