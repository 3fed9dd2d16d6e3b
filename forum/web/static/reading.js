// A thread that was open for half a minute, or read to its end, counts as read: once, for the signed-in only.

const SECONDS = 30;
const page = document.querySelector("[data-reading]");
let seen = 0;

const clock = setInterval(() => {
  if (document.visibilityState === "visible" && ++seen >= SECONDS) tell();
}, 1000);
const end = new IntersectionObserver(([{ isIntersecting }]) => {
  // Nobody has read a short page in its first seconds.
  if (isIntersecting && seen >= SECONDS / 6) tell();
});

function tell() {
  clearInterval(clock);
  end.disconnect();
  // It is no matter if this fails: it will be sent when the thread is read again.
  fetch(page.dataset.reading, { method: "POST", keepalive: true }).catch(() => {});
}

end.observe(page.querySelector("[data-related]") ?? page.lastElementChild);
