/* Files leave as soon as they are chosen, under a number drawn once: sent again after a lost
   reply, a file is still one piece. Without network the page keeps it and tries again. */

export class EvidenceSender {
  constructor(form, token) {
    this.form = form;
    this.token = token;
    this.status = form.querySelector("[data-evidence-status]");
    this.waiting = new Set();
  }

  listen() {
    for (const input of this.form.querySelectorAll("[data-evidence]")) {
      input.addEventListener("change", () => input.files.length && this.send(input));
    }
    window.addEventListener("online", () => {
      for (const input of this.waiting) this.send(input);
    });
  }

  say(sentence) {
    this.status.textContent = sentence;
    this.status.hidden = false;
  }

  async send(input) {
    const name = input.dataset.evidence;
    const number = this.form.elements[`${name}_id`];
    const body = new FormData();
    body.append(name, input.files[0]);
    body.append(`${name}_id`, number.value);
    body.append("file_kind", this.form.elements.file_kind.value);
    this.say(this.status.dataset.sending);
    let response;
    let receipt;
    try {
      response = await fetch(this.form.dataset.evidenceUrl, {
        method: "POST",
        redirect: "manual",
        headers: { Accept: "application/json", "X-CSRFToken": this.token },
        body,
      });
      receipt = await response.json();
    } catch {
      this.waiting.add(input);
      this.say(this.status.dataset.waiting);
      return;
    }
    this.waiting.delete(input);
    this.say(receipt.message);
    // Received or refused for good: either way the field is free for another file.
    input.value = "";
    if (!response.ok) return;
    number.value = receipt.next_id;
    this.add(receipt);
  }

  add(receipt) {
    const list = this.form.querySelector("[data-evidence-list]");
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = receipt.url;
    link.download = "";
    link.textContent = receipt.name;
    item.append(link);
    list.append(item);
  }
}
