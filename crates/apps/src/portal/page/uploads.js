// Uploads that can be paused, and that go on after a reload, a lost connection or a new start of the
// server: with the same file chosen again, the server says what it has, and its hashes say whether that is
// the same.

import { call, network, patch } from "/api.js";
import { bytes, duration, sorry, word } from "/words.js";

const CHUNK = 8 * 1024 * 1024;
const AT_ONCE = 2;
const UNDER_WAY = ["checking", "sending", "verifying", "lost"];

/** 32 digits that are the same for the same file: four FNV-1a hashes of what the browser tells of it. */
function fingerprint(file) {
  const text = new TextEncoder().encode(`${file.name}\n${file.size}\n${file.lastModified}`);
  return [0, 1, 2, 3].map((seed) => {
    let hash = 0x811c9dc5 ^ seed;
    for (const byte of text) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  }).join("");
}

/** Hashes in a worker: answers come in the order of the questions. */
class Hasher {
  constructor(file) {
    this.worker = new Worker("/hasher.js", { type: "module" });
    this.waiting = [];
    this.worker.onmessage = (event) => {
      const { resolve, reject } = this.waiting.shift();
      if (event.data.error) reject(new DOMException(event.data.error, "NotReadableError"));
      else resolve(event.data);
    };
    this.worker.onerror = () => { for (const { reject } of this.waiting.splice(0)) reject(network()); };
    this.worker.postMessage({ file });
  }
  ask(question) {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.worker.postMessage(question);
    });
  }
  end() {
    this.worker.terminate();
  }
}

class Upload {
  constructor(file, owner) {
    this.file = file;
    this.owner = owner;
    this.at = 0;
    this.state = "waiting";
    this.taken = undefined;
    this.samples = [];
    this.tries = 0;
    this.row = document.getElementById("upload-row").content.firstElementChild.cloneNode(true);
    this.row.querySelector(".what").textContent = file.name;
    this.row.querySelector("progress").setAttribute("aria-label", file.name);
    this.draw();
  }

  set(state, error) {
    this.state = state;
    this.error = error;
    this.draw();
    this.owner.next();
  }

  async run() {
    this.stopped = false;
    this.samples = [];
    this.set("checking");
    const hasher = this.hasher = new Hasher(this.file);
    try {
      const stored = await this.send(hasher);
      this.tries = 0;
      this.owner.remove(this);
      this.owner.stored(stored.name);
    } catch (error) {
      this.failed(error);
    } finally {
      hasher.end();
    }
  }

  async send(hasher) {
    const { name, size } = this.file;
    const begun = await call("POST", "/api/uploads", { name, size, fingerprint: fingerprint(this.file), taken: this.taken });
    this.id = begun.id;
    const path = `/api/uploads/${begun.id}`;
    // The last place where both have the same.
    let at = 0;
    if (begun.checkpoints.length) {
      const { hashes } = await hasher.ask({ prefixes: begun.checkpoints.map((point) => point.offset) });
      for (const [index, point] of begun.checkpoints.entries()) {
        if (hashes[index] !== point.hash) break;
        at = point.offset;
      }
    }
    // All of it is read by the worker while it is sent.
    const whole = hasher.ask({ whole: true });
    whole.catch(() => {});
    this.at = at;
    this.set("sending");
    while (at < size) {
      if (this.stopped) throw new DOMException("stopped", "AbortError");
      const end = Math.min(at + CHUNK, size);
      this.request = patch(path, at, this.file.slice(at, end), (now) => this.moved(now));
      await this.request.done;
      at = end;
      this.moved(at);
      this.tries = 0;
    }
    if (this.stopped) throw new DOMException("stopped", "AbortError");
    this.set("verifying");
    const { hash } = await whole;
    return await call("POST", `${path}/finish`, { hash, taken: this.taken });
  }

  failed(error) {
    if (error.name === "AbortError" || this.stopped) return;
    if (error.code === "exists") return this.set("exists", error);
    // What is lost or forgotten is worth another beginning.
    if (["network", "not-found", "offset", "stopping", "busy", "timeout"].includes(error.code) && this.tries < 8) {
      this.tries += 1;
      this.set("lost");
      this.timer = setTimeout(() => { if (this.state === "lost") this.run(); }, Math.min(300 * 2 ** this.tries, 15000));
      return;
    }
    this.set("failed", error);
  }

  moved(at) {
    this.at = at;
    const now = performance.now();
    this.samples.push([now, at]);
    while (this.samples.length > 2 && now - this.samples[0][0] > 5000) this.samples.shift();
    this.draw();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
    this.request?.abort();
    this.hasher?.end();
  }

  pause() {
    this.stop();
    this.set("paused");
  }

  async cancel() {
    this.stop();
    this.owner.remove(this);
    if (this.id) await call("DELETE", `/api/uploads/${this.id}`).catch(() => {});
  }

  detail() {
    const [at, size] = [bytes(this.at), bytes(this.file.size)];
    switch (this.state) {
      case "sending": {
        const parts = [word("progress", { at, size })];
        const [[then, before] = [0, 0]] = this.samples;
        const [now, latest] = this.samples.at(-1) ?? [0, 0];
        const rate = (latest - before) / (now - then) * 1000;
        if (now - then > 200 && rate > 0) {
          parts.push(word("rate", { rate: bytes(rate) }), word("left", { time: duration((this.file.size - this.at) / rate) }));
        }
        return parts.join(" · ");
      }
      case "paused": return word("paused", { at, size });
      case "exists": return word("exists", { size: bytes(this.error.size) });
      case "lost": return word("reconnecting");
      case "failed": return this.error instanceof DOMException ? word("unreadable") : sorry(this.error);
      default: return word(this.state);
    }
  }

  draw() {
    const { row } = this;
    row.classList.toggle("paused", this.state === "paused");
    row.classList.toggle("failed", this.state === "failed");
    row.dataset.state = this.state;
    row.querySelector("progress").value = this.file.size ? this.at / this.file.size : 1;
    row.querySelector(".detail").textContent = this.detail();
    const actions = {
      waiting: ["cancel"], checking: ["pause", "cancel"], sending: ["pause", "cancel"], lost: ["pause", "cancel"],
      paused: ["resume", "cancel"], exists: ["overwrite", "rename", "cancel"], failed: ["retry", "dismiss"], verifying: [],
    }[this.state];
    const shown = row.querySelector(".actions");
    const wanted = actions.map(word).join();
    if (shown.dataset.now === wanted) return;
    const focused = shown.contains(document.activeElement);
    shown.dataset.now = wanted;
    shown.replaceChildren(...actions.map((action) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.dataset.action = action;
      button.textContent = word(action);
      button.setAttribute("aria-label", `${word(action)}: ${this.file.name}`);
      button.onclick = () => this.act(action);
      return button;
    }));
    if (focused) shown.firstElementChild?.focus();
  }

  act(action) {
    if (action === "pause") return this.pause();
    if (action === "cancel" || action === "dismiss") return this.cancel();
    if (action === "overwrite" || action === "rename") this.taken = action;
    this.tries = 0;
    this.set("waiting");
  }
}

export class Uploads {
  constructor(list, stored) {
    this.list = list;
    this.stored = stored;
    this.all = [];
  }

  add(files) {
    for (const file of files) {
      const upload = new Upload(file, this);
      this.all.push(upload);
      this.list.append(upload.row);
    }
    this.next();
  }

  next() {
    const running = this.all.filter((upload) => UNDER_WAY.includes(upload.state)).length;
    const waiting = this.all.filter((upload) => upload.state === "waiting");
    for (const upload of waiting.slice(0, Math.max(0, AT_ONCE - running))) {
      // Not waiting any more, so that it is begun once.
      upload.state = "checking";
      upload.run();
    }
  }

  remove(upload) {
    this.all = this.all.filter((other) => other !== upload);
    upload.row.remove();
    this.next();
  }

  stop() {
    for (const upload of this.all) { upload.stop(); upload.row.remove(); }
    this.all = [];
  }

  /** Nobody is logged in: what is under way waits. */
  hold() {
    for (const upload of this.all.filter((upload) => UNDER_WAY.includes(upload.state))) {
      upload.pause();
      upload.held = true;
    }
  }

  /** And goes on. */
  go() {
    for (const upload of this.all.filter((upload) => upload.held)) {
      upload.held = false;
      if (upload.state === "paused") upload.act("resume");
    }
  }

  busy() {
    return this.all.some((upload) => upload.state === "sending");
  }

  draw() {
    for (const upload of this.all) upload.draw();
  }
}
