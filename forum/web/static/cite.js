// The cite picker: finds a source while one types, has it looked up when it is pasted, and puts the citation
// where the cursor stands. Nothing gets into the text that was not chosen.

const WAIT = 180;
const PAUSES = [300, 600, 900, 1500];
const AWAY = '<p class="note warn">That did not work just now. Your text is safe; please try again in a moment.</p>';
const PARTS = `<form method="dialog">
<div class="heading"><h2 id="picker-title">Cite a source</h2><button type="button" class="link" data-close>Close</button></div>
<div class="field"><label for="picker-q">What do you want to cite?</label>
<p class="help" id="picker-help">A title, names and a year; or paste a DOI, a link, or a list of sources as it stands.</p>
<input id="picker-q" type="text" autocomplete="off" spellcheck="false" role="combobox" aria-autocomplete="list"
 aria-expanded="false" aria-controls="picker-list" aria-describedby="picker-help"></div>
<div data-found></div>
<div class="row"><div class="field"><label for="picker-locator">Page or quote, if you like</label>
<input id="picker-locator" maxlength="200" autocomplete="off" placeholder="p. 4"></div>
<div class="field"><label for="picker-stance">What it does to your statement</label>
<select id="picker-stance"><option value="">background</option><option value="supports ">supports it</option>
<option value="disputes ">disputes it</option></select></div></div>
<p class="note warn" role="alert" data-warning hidden></p>
<p class="visually-hidden" role="status" data-status></p>
<p class="row"><button class="button" data-insert>Insert citation</button></p></form>`;

let picker = null;

class Picker {
  constructor() {
    this.dialog = document.createElement("dialog");
    this.dialog.className = "picker";
    this.dialog.setAttribute("aria-labelledby", "picker-title");
    this.dialog.innerHTML = PARTS;
    document.body.append(this.dialog);
    for (const [name, selector] of Object.entries({
      box: "#picker-q", found: "[data-found]", locator: "#picker-locator", stance: "#picker-stance",
      warning: "[data-warning]", status: "[data-status]", button: "[data-insert]",
    })) this[name] = this.dialog.querySelector(selector);
    this.turn = 0;
    this.box.addEventListener("input", () => this.typed());
    this.box.addEventListener("paste", (event) => this.pasted(event));
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.found.addEventListener("click", (event) => this.clicked(event));
    this.found.addEventListener("change", () => this.warn(false));
    this.dialog.querySelector("[data-close]").addEventListener("click", () => this.dialog.close());
    this.dialog.querySelector("form").addEventListener("submit", (event) => this.submitted(event));
    this.dialog.addEventListener("close", () => this.closed());
  }

  open(text) {
    this.text = text;
    // Browsers differ in what they remember of it meanwhile.
    this.place = [text.selectionStart, text.selectionEnd];
    this.box.value = this.locator.value = this.stance.value = "";
    this.show("");
    this.dialog.showModal();
    this.box.focus();
  }

  closed() {
    this.turn++;
    clearTimeout(this.waiting);
    if (document.activeElement === this.text) return;
    this.text.focus();
    this.text.setSelectionRange(...this.place);
  }

  typed(wait = WAIT) {
    this.turn++;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.find(this.box.value.trim()), wait);
  }

  pasted(event) {
    const words = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (this.box.value.trim() || words.length < 40 || !/\s/.test(words)) return;
    // A list of sources: the box has one line, and what is looked up keeps its own.
    event.preventDefault();
    this.box.value = words.replace(/\s+/g, " ");
    this.look(words);
  }

  async ask(path, body) {
    const mine = ++this.turn;
    const options = body ? { method: "POST", body: new URLSearchParams(body), redirect: "manual" } : {};
    const answer = await fetch(path, options).catch(() => null);
    const html = answer?.ok || answer?.status === 422 ? await answer.text() : AWAY;
    return mine === this.turn ? html : null;
  }

  async find(words) {
    const html = words.length > 1 ? await this.ask(`/cite/find?${new URLSearchParams({ q: words })}`) : "";
    if (html === null) return;
    this.show(html);
    if (this.found.querySelector("[data-look]")) this.look(words);
  }

  async look(words, since = "", tries = 0) {
    if (!words) return;
    clearTimeout(this.waiting);
    if (!tries) this.status.textContent = "Looking it up…";
    const html = await this.ask("/cite/look", { q: words, since });
    if (html === null) return;
    this.show(html);
    const started = this.found.querySelector("[data-since]")?.dataset.since;
    if (!started) return;
    const pause = PAUSES[Math.min(tries, PAUSES.length - 1)];
    this.waiting = setTimeout(() => this.look(words, started, tries + 1), pause);
  }

  show(html) {
    const chosen = new Set([...this.found.querySelectorAll(":checked")].map((box) => box.value));
    const focused = this.found.contains(document.activeElement) ? document.activeElement.value : null;
    this.found.innerHTML = html;
    for (const link of this.found.querySelectorAll("a")) link.replaceWith(...link.childNodes);
    for (const box of this.found.querySelectorAll("input[value]")) {
      if (chosen.has(box.value)) box.checked = true;
      if (box.value === focused) box.focus();
      if (this.stands(box.value)) this.mark(box.nextElementSibling);
    }
    this.found.querySelector("[data-options]")?.setAttribute("id", "picker-list");
    this.options().forEach((option, number) => {
      option.id = `picker-${number}`;
      option.setAttribute("role", "option");
      if (this.stands(option.dataset.cite)) this.mark(option.firstElementChild);
    });
    this.found.querySelector("[data-options]")?.setAttribute("role", "listbox");
    this.found.querySelector("[data-options]")?.setAttribute("aria-label", "Sources");
    this.choose(null);
    this.tell();
  }

  tell() {
    const options = this.options().length;
    const works = this.found.querySelectorAll("input[type=checkbox]").length;
    const words = this.found.querySelector(".note, p.soft")?.textContent ?? "";
    const count = (number) => `${number} ${number === 1 ? "source" : "sources"} to choose from.`;
    this.status.textContent = options || works ? count(options || works) : words;
  }

  stands(cite) {
    return Boolean(cite) && this.text.value.includes(cite.slice(1, -1));
  }

  mark(place) {
    const badge = document.createElement("span");
    badge.className = "badge";
    badge.textContent = "in your text";
    place.querySelector(".meta").append(badge);
  }

  options() {
    return [...this.found.querySelectorAll("[data-options] > li")];
  }

  choose(option) {
    this.active = option;
    for (const one of this.options()) one.setAttribute("aria-selected", String(one === option));
    this.box.setAttribute("aria-expanded", String(this.options().length > 0));
    if (option) this.box.setAttribute("aria-activedescendant", option.id);
    else this.box.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
    this.warn(false);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const options = this.options();
    if (!step || !options.length) return;
    event.preventDefault();
    const place = options.indexOf(this.active);
    this.choose(options[place < 0 && step < 0 ? options.length - 1 : (place + step + options.length) % options.length]);
  }

  clicked({ target }) {
    const option = target.closest("[data-options] > li");
    if (option) this.choose(option);
    if (target.closest("[data-look-up]")) this.look(this.box.value.trim());
    const spelling = target.closest("[data-spelling]")?.dataset.spelling;
    if (spelling) {
      this.box.value = spelling;
      this.box.focus();
      this.typed(0);
    }
  }

  chosen() {
    const boxes = [...this.found.querySelectorAll("input:checked")];
    return boxes.length ? boxes : [this.active].filter(Boolean);
  }

  submitted(event) {
    event.preventDefault();
    const chosen = this.chosen();
    const cites = [...new Set(chosen.map((one) => one.dataset.cite ?? one.value).filter((cite) => cite?.startsWith("[")))];
    const caution = chosen.map((one) => one.dataset.caution).filter(Boolean).join(" ");
    if (caution && (this.warning.hidden || !cites.length)) this.warn(caution, cites.length);
    else if (cites.length) this.insert(cites);
    else if (this.found.querySelector("input, [data-options]")) this.warn("Choose a source first: click it, or use the arrow keys.", 0);
    else this.look(this.box.value.trim());
  }

  warn(words, anyway = 0) {
    this.warning.hidden = !words;
    this.warning.textContent = words || "";
    this.button.textContent = anyway ? "Insert it all the same" : "Insert citation";
  }

  dressed(cite) {
    const locator = this.locator.value.replace(/[[\]\s]+/g, " ").trim();
    return `[${this.stance.value}${cite.slice(1, -1)}${locator ? `, ${locator}` : ""}]`;
  }

  insert(cites) {
    const { text } = this;
    // A page and what it does belong to one source.
    const words = cites.length === 1 ? this.dressed(cites[0]) : cites.join(" ");
    this.dialog.close();
    text.focus();
    text.setSelectionRange(...this.place);
    const before = text.value.slice(0, text.selectionStart);
    const typed = /[^\s(]$/.test(before) ? ` ${words}` : words;
    // As if it had been typed, so that it can be undone.
    if (document.execCommand("insertText", false, typed)) return;
    text.setRangeText(typed, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function open(composer) {
  picker ??= new Picker();
  picker.open(composer.querySelector("textarea"));
}

for (const link of document.querySelectorAll("[data-cite-link]")) {
  link.setAttribute("role", "button");
  link.setAttribute("aria-haspopup", "dialog");
  link.title = "Ctrl+Alt+F, or ⌘⌥F";
  link.addEventListener("click", (event) => {
    event.preventDefault();
    open(link.closest("[data-composer]"));
  });
  link.addEventListener("keydown", (event) => {
    if (event.key === " ") link.click();
    if (event.key === " ") event.preventDefault();
  });
}
document.addEventListener("keydown", (event) => {
  const wanted = (event.ctrlKey || event.metaKey) && event.altKey && event.code === "KeyF";
  const composer = event.target.closest?.("[data-composer]");
  // AltGr is Ctrl and Alt on some keyboards, and writes a bracket there.
  if (!wanted || !composer || event.getModifierState("AltGraph")) return;
  event.preventDefault();
  open(composer);
});
