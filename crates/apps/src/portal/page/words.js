// What the page says, in two languages; and numbers as people write them.

const WORDS = {
  en: {
    title: "Lanternet portal", welcome: "Log in", user: "Name", password: "Password", login: "Log in",
    logout: "Log out", assistant: "Assistant", message: "Type a message", send: "Send",
    files: "Your files", choose: "Choose files", drop: "or drop them here",
    missing: "Please enter name and password.",
    again: "Start again", handed: "A person will take over.", connecting: "Connecting …",
    lost: "The connection is lost. Trying again …", logged_out: "You have been logged out.",
    no_files: "Nothing here yet.", more: "Only the first 1000 files are shown.",
    pause: "Pause", resume: "Go on", cancel: "Cancel", dismiss: "Dismiss", retry: "Try again",
    overwrite: "Replace", rename: "Keep both", waiting: "Waiting", checking: "Checking what is there already …",
    verifying: "Verifying …", paused: "Paused at {at} of {size}", exists: "There is a file of this name ({size}).",
    progress: "{at} of {size}", rate: "{rate}/s", left: "{time} left", reconnecting: "The connection is lost. Trying again …",
    stored: "{name} is stored.", download: "Download {name}",
    unreadable: "The file cannot be read; folders cannot be uploaded.",
    "e-wrong": "Name or password is wrong.", "e-too-many": "Too many attempts. Try again in {seconds} s.",
    "e-unavailable": "Login is not possible at the moment.", "e-network": "The server does not answer.",
    "e-origin": "This page was opened under a name that the server does not know.",
    "e-host": "This page was opened under a name that the server does not know.",
    "e-name": "A file cannot have this name.", "e-too-large": "The file is too large.",
    "e-full": "There is no room left for this file.", "e-hash": "The file arrived damaged. Try again.",
    "e-too-many-files": "Too many files at once.", "e-stopping": "The server is about to stop.",
    "e-too-many-windows": "The chat is open in too many windows.", "e-other": "That did not work: {message}",
  },
  "zh-CN": {
    title: "Lanternet 门户", welcome: "登录", user: "用户名", password: "密码", login: "登录",
    logout: "退出登录", assistant: "客服助手", message: "输入消息", send: "发送",
    files: "我的文件", choose: "选择文件", drop: "或拖放到这里",
    missing: "请输入用户名和密码。",
    again: "重新开始", handed: "将由人工为您服务。", connecting: "正在连接……",
    lost: "连接已断开，正在重试……", logged_out: "您已退出登录。",
    no_files: "这里还没有文件。", more: "仅显示前 1000 个文件。",
    pause: "暂停", resume: "继续", cancel: "取消", dismiss: "关闭", retry: "重试",
    overwrite: "替换", rename: "两者都保留", waiting: "等待中", checking: "正在核对已上传的部分……",
    verifying: "正在校验……", paused: "已暂停：{at} / {size}", exists: "已有同名文件（{size}）。",
    progress: "{at} / {size}", rate: "{rate}/秒", left: "剩余 {time}", reconnecting: "连接已断开，正在重试……",
    stored: "{name} 已保存。", download: "下载 {name}",
    unreadable: "无法读取该文件；不能上传文件夹。",
    "e-wrong": "用户名或密码错误。", "e-too-many": "尝试次数过多，请在 {seconds} 秒后再试。",
    "e-unavailable": "暂时无法登录。", "e-network": "服务器没有响应。",
    "e-origin": "打开此页面所用的名称不被服务器认可。", "e-host": "打开此页面所用的名称不被服务器认可。",
    "e-name": "文件不能使用这个名称。", "e-too-large": "文件过大。",
    "e-full": "没有足够的空间存放此文件。", "e-hash": "文件在传输中损坏，请重试。",
    "e-too-many-files": "同时上传的文件过多。", "e-stopping": "服务器即将停止。",
    "e-too-many-windows": "打开的聊天窗口过多。", "e-other": "操作失败：{message}",
  },
};

const KEPT = "lanternet-language";

function first() {
  let kept = null;
  try { kept = localStorage.getItem(KEPT); } catch { /* without storage: the browser's language */ }
  if (kept in WORDS) return kept;
  return (navigator.language || "").toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export let language = first();

export function word(key, values = {}) {
  const text = WORDS[language][key] ?? WORDS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** A sentence for an error of the server's. */
export function sorry(error) {
  const key = `e-${error.code}`;
  return key in WORDS.en ? word(key, error) : word("e-other", error);
}

/** Somebody has chosen the other language. */
export function change() {
  language = language === "en" ? "zh-CN" : "en";
  try { localStorage.setItem(KEPT, language); } catch { /* then not */ }
  speak();
}

/** Puts the words of the language into the page. */
export function speak() {
  document.documentElement.lang = language;
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-hint]")) element.placeholder = word(element.dataset.hint);
  for (const element of document.querySelectorAll("[data-title]")) {
    element.title = word(element.dataset.title);
    element.setAttribute("aria-label", element.title);
  }
  const other = document.getElementById("language");
  other.textContent = language === "en" ? "中文" : "English";
  other.lang = language === "en" ? "zh-CN" : "en";
}

export function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let unit = 0;
  while (count >= 1000 && unit < units.length - 1) { count /= 1000; unit += 1; }
  const digits = unit === 0 || count >= 100 ? 0 : 1;
  const short = ["B", "kB", "MB", "GB", "TB"][unit];
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: digits, minimumFractionDigits: digits }).format(count)} ${short}`;
}

export function duration(seconds) {
  const whole = Math.max(1, Math.round(seconds));
  const two = (number) => String(number).padStart(2, "0");
  if (whole < 60) return language === "en" ? `${whole} s` : `${whole} 秒`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

export function day(milliseconds) {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(milliseconds));
}
