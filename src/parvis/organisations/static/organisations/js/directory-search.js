/**
 * Suggestions under a search field of the directory: an editable combobox with a list box, as the
 * ARIA Authoring Practices describe it. Without this module the field is a plain search form.
 *
 * `<form data-directory-search="ADDRESS">` holds an `input[name=q]`, an empty `ul` and an element
 * `[data-directory-status]`. ADDRESS answers `?q=…` with a list of options, each with its page in
 * `data-href`, its number in `data-value` and its name in `data-name`. Choosing an option opens its
 * page; where the form has an `input[data-directory-chosen]`, it is filled and the form is sent.
 */

const PAUSE_MILLISECONDS = 150;
const MIN_CHARACTERS = 2;

class DirectorySearch {
  #form;
  #input;
  #list;
  #status;
  #chosen;
  #timer = 0;
  #request = null;
  #active = -1;

  constructor(form) {
    this.#form = form;
    this.#input = form.querySelector("input[name=q]");
    this.#list = form.querySelector("ul");
    this.#status = form.querySelector("[data-directory-status]");
    this.#chosen = form.querySelector("input[data-directory-chosen]");
    this.#list.setAttribute("role", "listbox");
    const attributes = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.#list.id,
    };
    for (const [name, value] of Object.entries(attributes)) this.#input.setAttribute(name, value);
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("keydown", (event) => this.#pressed(event));
    this.#input.addEventListener("blur", () => this.#close());
    // The field keeps the focus while the list is pointed at.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#choose(option);
    });
  }

  get #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  get #isOpen() {
    return !this.#list.hidden;
  }

  #typed() {
    if (this.#chosen) this.#chosen.value = "";
    clearTimeout(this.#timer);
    this.#request?.abort();
    if (this.#input.value.trim().length < MIN_CHARACTERS) {
      this.#close();
      return;
    }
    this.#timer = setTimeout(() => this.#suggest(), PAUSE_MILLISECONDS);
  }

  async #suggest() {
    this.#request = new AbortController();
    const address = new URL(this.#form.dataset.directorySearch, document.baseURI);
    address.searchParams.set("q", this.#input.value);
    try {
      const answer = await fetch(address, { signal: this.#request.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const list = page.querySelector("ul");
      this.#list.replaceChildren(...list.children);
      this.#status.textContent = list.dataset.status;
      if (document.activeElement === this.#input && this.#options.length) this.#open();
      else this.#close();
    } catch (error) {
      // An older question, or no network: the form still searches when it is sent.
      if (error.name !== "AbortError") this.#close();
    }
  }

  #open() {
    this.#list.hidden = false;
    this.#input.setAttribute("aria-expanded", "true");
    this.#activate(-1);
  }

  #close() {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
    this.#activate(-1);
  }

  #activate(index) {
    this.#active = index;
    this.#options.forEach((option, position) => {
      option.setAttribute("aria-selected", String(position === index));
    });
    const option = this.#options[index];
    if (option) {
      this.#input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.#input.removeAttribute("aria-activedescendant");
    }
  }

  #pressed(event) {
    const count = this.#options.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        if (!count) return;
        event.preventDefault();
        if (!this.#isOpen) this.#open();
        this.#activate(
          event.key === "ArrowDown"
            ? (this.#active + 1) % count
            : (this.#active <= 0 ? count : this.#active) - 1,
        );
        break;
      case "Enter":
        if (this.#isOpen && this.#active >= 0) {
          event.preventDefault();
          this.#choose(this.#options[this.#active]);
        }
        break;
      case "Escape":
        // First the list, then, as browsers do, the text.
        if (this.#isOpen) {
          event.preventDefault();
          this.#close();
        }
        break;
      default:
    }
  }

  #choose(option) {
    this.#input.value = option.dataset.name;
    this.#close();
    if (this.#chosen) {
      this.#chosen.value = option.dataset.value;
      this.#form.requestSubmit();
    } else {
      window.location.assign(option.dataset.href);
    }
  }
}

for (const form of document.querySelectorAll("form[data-directory-search]")) {
  new DirectorySearch(form);
}
