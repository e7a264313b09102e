// A worker that hashes a file: of its beginnings, and of all of it.

import { Blake3 } from "/blake3.js";

const PART = 1024 * 1024;
let file;

async function* parts(end) {
  for (let at = 0; at < end; at += PART) {
    yield new Uint8Array(await file.slice(at, Math.min(at + PART, end)).arrayBuffer());
  }
}

async function answer(question) {
  const hasher = new Blake3();
  if (question.whole) {
    for await (const part of parts(file.size)) hasher.update(part);
    return { hash: hasher.hex() };
  }
  const hashes = [];
  let done = 0;
  const ends = question.prefixes.filter((end) => end <= file.size);
  for (const end of ends) {
    while (done < end) {
      const next = Math.min(done + PART, end);
      hasher.update(new Uint8Array(await file.slice(done, next).arrayBuffer()));
      done = next;
    }
    hashes.push(hasher.hex());
  }
  return { hashes };
}

// One after the other, so that the answers come in order.
let turn = Promise.resolve();
onmessage = (event) => {
  if (event.data.file) { file = event.data.file; return; }
  turn = turn.then(async () => {
    try { postMessage(await answer(event.data)); } catch (error) { postMessage({ error: String(error.message ?? error) }); }
  });
};
