// Requests to the server. Changes carry the session's token, which only this page knows.

let token = null;

export class Refusal extends Error {
  constructor(status, error) {
    super(error.message);
    this.status = status;
    Object.assign(this, error);
  }
}

export const network = () => new Refusal(0, { code: "network", message: "no answer" });

/** The answer's object, or an error with the server's code. */
export async function call(method, path, body) {
  const headers = {};
  if (token && method !== "GET") headers["X-CSRF-Token"] = token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  } catch {
    throw network();
  }
  const value = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw refusal(answer.status, value);
  if (value.token) token = value.token;
  return value;
}

function refusal(status, value) {
  const error = new Refusal(status, value.error ?? { code: "other", message: `HTTP ${status}` });
  if (status === 401 && error.code === "login") dispatchEvent(new Event("logged-out"));
  return error;
}

/** Sends bytes and tells how far it is; `abort` of what it returns stops it. */
export function patch(path, offset, blob, progress) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve, reject) => {
    request.open("PATCH", path);
    request.setRequestHeader("X-CSRF-Token", token);
    request.setRequestHeader("Upload-Offset", String(offset));
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.upload.onprogress = (event) => progress(offset + event.loaded);
    request.onload = () => {
      if (request.status === 204) return resolve();
      let value = {};
      try { value = JSON.parse(request.responseText); } catch { /* no words */ }
      reject(refusal(request.status, value));
    };
    request.onerror = () => reject(network());
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    request.send(blob);
  });
  return { done, abort: () => request.abort() };
}

/** The chat's WebSocket; the token goes as a subprotocol, because a page cannot send headers with it. */
export function chat(language) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const url = `${scheme}://${location.host}/api/chat?lang=${language}`;
  return new WebSocket(url, ["lanternet.portal.v1", `csrf.${token}`]);
}

export function forget() {
  token = null;
}
