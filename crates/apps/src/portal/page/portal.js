// The page: login, chat, files.

import { call, chat, forget } from "/api.js";
import { bytes, change, day, language, sorry, speak, word } from "/words.js";
import { Uploads } from "/uploads.js";

const $ = (id) => document.getElementById(id);
let user = null;
// Whose uploads are waiting while nobody is logged in.
let before = null;
let socket = null;
let attempts = 0;
let timer = 0;
let shownFiles = null;

const uploads = new Uploads($("uploads"), async (name) => {
  $("announce").textContent = word("stored", { name });
  await showFiles(name);
});

// Login

function show(about) {
  user = about.user;
  $("host").textContent = about.host ? about.host : "Lanternet";
  $("door").hidden = user !== null;
  $("rooms").hidden = user === null;
  $("logout").hidden = user === null;
  $("me").hidden = user === null;
  $("me").textContent = user ?? "";
  if (user === null) {
    $("name").focus();
  } else {
    $("log").replaceChildren();
    open();
    showFiles();
    if (before !== user) uploads.stop();
    before = user;
    uploads.go();
    $("text").focus();
  }
}

function leave(sentence = "") {
  forget();
  uploads.hold();
  clearTimeout(timer);
  if (socket) { socket.onclose = null; socket.close(); socket = null; }
  $("login-error").textContent = sentence;
  show({ user: null, host: $("host").textContent });
}

$("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [name, password] = [$("name"), $("password")];
  if (!name.value.trim() || !password.value) {
    $("login-error").textContent = word("missing");
    (name.value.trim() ? password : name).focus();
    return;
  }
  $("login-button").disabled = true;
  $("login-error").textContent = "";
  try {
    const about = await call("POST", "/api/login", { name: name.value.trim(), password: password.value });
    password.value = "";
    show(about);
  } catch (error) {
    $("login-error").textContent = sorry(error);
    password.select();
  } finally {
    $("login-button").disabled = false;
  }
});

$("logout").addEventListener("click", async () => {
  uploads.stop();
  try { await call("POST", "/api/logout"); } catch { /* then the session ends by itself */ }
  leave();
});

addEventListener("logged-out", () => { if (user !== null) leave(word("logged_out")); });

// Language

$("language").addEventListener("click", () => {
  change();
  $("login-error").textContent = "";
  uploads.draw();
  if (user !== null) {
    if (shownFiles) drawFiles(shownFiles);
    // The assistant speaks it from the next conversation on; an empty one begins anew at once.
    if (!$("log").querySelector(".mine")) { $("log").replaceChildren(); reopen(); }
  }
});

// Chat

function note(kind, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  $("log").append(item);
  $("log").scrollTop = $("log").scrollHeight;
}

function state(key, button) {
  $("chat-state").hidden = !key;
  $("chat-state").replaceChildren(key ? word(key) : "");
  if (button) $("chat-state").append(button);
}

function reopen() {
  if (socket) { socket.onclose = null; socket.close(); socket = null; }
  open();
}

function open() {
  clearTimeout(timer);
  $("send").disabled = true;
  const own = socket = chat(language);
  if (attempts === 0) state("connecting");
  own.onopen = () => { attempts = 0; state(null); $("send").disabled = false; };
  own.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "here") $("here").textContent = message.users.join(", ");
    if (message.type !== "answer") return;
    if (message.text) note("theirs", message.text);
    if (message.handedOver) note("note", word("handed"));
    if (message.ended) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet";
      button.textContent = word("again");
      button.onclick = () => {
        $("log").replaceChildren();
        state(null);
        $("send").disabled = false;
        if (own.readyState === WebSocket.OPEN) own.send(JSON.stringify({ begin: true }));
        $("text").focus();
      };
      state("", null);
      $("chat-state").hidden = false;
      $("chat-state").replaceChildren(button);
      $("send").disabled = true;
    }
  };
  own.onclose = (event) => {
    if (socket !== own || user === null) return;
    $("send").disabled = true;
    $("here").textContent = "";
    if (event.code === 4001) return leave(word("logged_out"));
    state("lost");
    attempts += 1;
    // A browser does not say why it was refused: perhaps the session is over.
    timer = setTimeout(async () => {
      try {
        const about = await call("GET", "/api/session");
        if (about.user === null) return leave(word("logged_out"));
        $("log").replaceChildren();
      } catch { /* not there yet */ }
      open();
    }, Math.min(500 * 2 ** attempts, 15000));
  };
}

$("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (!text || $("send").disabled || socket?.readyState !== WebSocket.OPEN) return;
  note("mine", text);
  socket.send(JSON.stringify({ say: text }));
  $("text").value = "";
});

// Files

async function showFiles(fresh) {
  try {
    const listed = await call("GET", "/api/files");
    shownFiles = { ...listed, fresh };
    drawFiles(shownFiles);
  } catch (error) {
    $("files-state").hidden = false;
    $("files-state").textContent = sorry(error);
  }
}

function drawFiles({ files, more, fresh }) {
  const rows = files.map((file) => {
    const row = $("file-row").content.firstElementChild.cloneNode(true);
    const link = row.querySelector(".what");
    link.textContent = file.name;
    link.title = word("download", { name: file.name });
    link.href = `/api/files/${file.name.split("/").map(encodeURIComponent).join("/")}`;
    const when = file.modified === null ? "" : ` · ${day(file.modified)}`;
    row.querySelector(".detail").textContent = bytes(file.size) + when;
    row.classList.toggle("new", file.name === fresh);
    return row;
  });
  $("files").replaceChildren(...rows);
  $("files-state").hidden = files.length > 0 && !more;
  $("files-state").textContent = word(files.length ? "more" : "no_files");
}

$("pick").addEventListener("change", () => {
  uploads.add([...$("pick").files]);
  $("pick").value = "";
});
for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => {
    if (user === null || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    $("drop").classList.add("over");
  });
}
addEventListener("dragleave", (event) => { if (!event.relatedTarget) $("drop").classList.remove("over"); });
addEventListener("drop", (event) => {
  if (user === null || !event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  $("drop").classList.remove("over");
  uploads.add([...event.dataTransfer.files]);
});
addEventListener("beforeunload", (event) => { if (uploads.busy()) event.preventDefault(); });

speak();
try {
  show(await call("GET", "/api/session"));
} catch (error) {
  show({ user: null });
  $("login-error").textContent = sorry(error);
}
