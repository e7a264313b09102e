// BLAKE3, the hash function (https://github.com/BLAKE3-team/BLAKE3-specs): browsers have no hash that takes a
// file bit by bit. Hashing only, without keys; a test compares it with the blake3 crate.

const IV = new Uint32Array([0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]);
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8];
const [BLOCK, CHUNK] = [64, 1024];

// Which words of a block each of the seven rounds takes, in order.
const SCHEDULE = new Uint8Array(7 * 16);
for (let at = 0; at < 16; at += 1) SCHEDULE[at] = at;
for (let at = 16; at < 7 * 16; at += 1) SCHEDULE[at] = SCHEDULE[at - at % 16 - 16 + PERMUTATION[at % 16]];

/** The first eight words of the compression go to `out`, which may be `cv`. Written out, without a function for
    a quarter of a round: several times as fast. */
function compress(cv, m, counter, length, flags, out) {
  let v0 = cv[0], v1 = cv[1], v2 = cv[2], v3 = cv[3], v4 = cv[4], v5 = cv[5], v6 = cv[6], v7 = cv[7];
  let v8 = IV[0], v9 = IV[1], v10 = IV[2], v11 = IV[3];
  let v12 = counter | 0, v13 = (counter / 0x100000000) | 0, v14 = length, v15 = flags;
  for (let s = 0; s < 7 * 16; s += 16) {
    v0 = (v0 + v4 + m[SCHEDULE[s]]) | 0; v12 ^= v0; v12 = (v12 >>> 16) | (v12 << 16);
    v8 = (v8 + v12) | 0; v4 ^= v8; v4 = (v4 >>> 12) | (v4 << 20);
    v0 = (v0 + v4 + m[SCHEDULE[s + 1]]) | 0; v12 ^= v0; v12 = (v12 >>> 8) | (v12 << 24);
    v8 = (v8 + v12) | 0; v4 ^= v8; v4 = (v4 >>> 7) | (v4 << 25);
    v1 = (v1 + v5 + m[SCHEDULE[s + 2]]) | 0; v13 ^= v1; v13 = (v13 >>> 16) | (v13 << 16);
    v9 = (v9 + v13) | 0; v5 ^= v9; v5 = (v5 >>> 12) | (v5 << 20);
    v1 = (v1 + v5 + m[SCHEDULE[s + 3]]) | 0; v13 ^= v1; v13 = (v13 >>> 8) | (v13 << 24);
    v9 = (v9 + v13) | 0; v5 ^= v9; v5 = (v5 >>> 7) | (v5 << 25);
    v2 = (v2 + v6 + m[SCHEDULE[s + 4]]) | 0; v14 ^= v2; v14 = (v14 >>> 16) | (v14 << 16);
    v10 = (v10 + v14) | 0; v6 ^= v10; v6 = (v6 >>> 12) | (v6 << 20);
    v2 = (v2 + v6 + m[SCHEDULE[s + 5]]) | 0; v14 ^= v2; v14 = (v14 >>> 8) | (v14 << 24);
    v10 = (v10 + v14) | 0; v6 ^= v10; v6 = (v6 >>> 7) | (v6 << 25);
    v3 = (v3 + v7 + m[SCHEDULE[s + 6]]) | 0; v15 ^= v3; v15 = (v15 >>> 16) | (v15 << 16);
    v11 = (v11 + v15) | 0; v7 ^= v11; v7 = (v7 >>> 12) | (v7 << 20);
    v3 = (v3 + v7 + m[SCHEDULE[s + 7]]) | 0; v15 ^= v3; v15 = (v15 >>> 8) | (v15 << 24);
    v11 = (v11 + v15) | 0; v7 ^= v11; v7 = (v7 >>> 7) | (v7 << 25);
    v0 = (v0 + v5 + m[SCHEDULE[s + 8]]) | 0; v15 ^= v0; v15 = (v15 >>> 16) | (v15 << 16);
    v10 = (v10 + v15) | 0; v5 ^= v10; v5 = (v5 >>> 12) | (v5 << 20);
    v0 = (v0 + v5 + m[SCHEDULE[s + 9]]) | 0; v15 ^= v0; v15 = (v15 >>> 8) | (v15 << 24);
    v10 = (v10 + v15) | 0; v5 ^= v10; v5 = (v5 >>> 7) | (v5 << 25);
    v1 = (v1 + v6 + m[SCHEDULE[s + 10]]) | 0; v12 ^= v1; v12 = (v12 >>> 16) | (v12 << 16);
    v11 = (v11 + v12) | 0; v6 ^= v11; v6 = (v6 >>> 12) | (v6 << 20);
    v1 = (v1 + v6 + m[SCHEDULE[s + 11]]) | 0; v12 ^= v1; v12 = (v12 >>> 8) | (v12 << 24);
    v11 = (v11 + v12) | 0; v6 ^= v11; v6 = (v6 >>> 7) | (v6 << 25);
    v2 = (v2 + v7 + m[SCHEDULE[s + 12]]) | 0; v13 ^= v2; v13 = (v13 >>> 16) | (v13 << 16);
    v8 = (v8 + v13) | 0; v7 ^= v8; v7 = (v7 >>> 12) | (v7 << 20);
    v2 = (v2 + v7 + m[SCHEDULE[s + 13]]) | 0; v13 ^= v2; v13 = (v13 >>> 8) | (v13 << 24);
    v8 = (v8 + v13) | 0; v7 ^= v8; v7 = (v7 >>> 7) | (v7 << 25);
    v3 = (v3 + v4 + m[SCHEDULE[s + 14]]) | 0; v14 ^= v3; v14 = (v14 >>> 16) | (v14 << 16);
    v9 = (v9 + v14) | 0; v4 ^= v9; v4 = (v4 >>> 12) | (v4 << 20);
    v3 = (v3 + v4 + m[SCHEDULE[s + 15]]) | 0; v14 ^= v3; v14 = (v14 >>> 8) | (v14 << 24);
    v9 = (v9 + v14) | 0; v4 ^= v9; v4 = (v4 >>> 7) | (v4 << 25);
  }
  out[0] = v0 ^ v8;
  out[1] = v1 ^ v9;
  out[2] = v2 ^ v10;
  out[3] = v3 ^ v11;
  out[4] = v4 ^ v12;
  out[5] = v5 ^ v13;
  out[6] = v6 ^ v14;
  out[7] = v7 ^ v15;
}

const words = new Uint32Array(16);

function read(block) {
  for (let at = 0; at < 16; at += 1) {
    const from = 4 * at;
    words[at] = block[from] | (block[from + 1] << 8) | (block[from + 2] << 16) | (block[from + 3] << 24);
  }
  return words;
}

export class Blake3 {
  constructor() {
    this.stack = [];
    this.chunk = 0;
    this.begin();
    this.block = new Uint8Array(BLOCK);
    this.filled = 0;
  }

  begin() {
    this.cv = IV.slice();
    this.blocks = 0;
  }

  start() {
    return this.blocks === 0 ? CHUNK_START : 0;
  }

  update(bytes) {
    let at = 0;
    while (at < bytes.length) {
      // A full block waits until more comes: the last one of all is special.
      if (this.filled === BLOCK) this.blockDone();
      const take = Math.min(BLOCK - this.filled, bytes.length - at);
      this.block.set(bytes.subarray(at, at + take), this.filled);
      this.filled += take;
      at += take;
    }
  }

  blockDone() {
    const last = this.blocks === CHUNK / BLOCK - 1;
    compress(this.cv, read(this.block), this.chunk, BLOCK, this.start() | (last ? CHUNK_END : 0), this.cv);
    this.blocks += 1;
    this.filled = 0;
    this.block.fill(0);
    if (!last) return;
    // The tree: as many parents are complete as the number of chunks has zeros at its end.
    let cv = this.cv;
    this.chunk += 1;
    for (let total = this.chunk; total % 2 === 0; total /= 2) cv = this.parent(this.stack.pop(), cv, 0);
    this.stack.push(cv);
    this.begin();
  }

  parent(left, right, flags) {
    const m = new Uint32Array(16);
    m.set(left); m.set(right, 8);
    const out = new Uint32Array(8);
    compress(IV, m, 0, BLOCK, PARENT | flags, out);
    return out;
  }

  /** The hash of what has come; more may come. */
  hex() {
    let cv = new Uint32Array(8);
    const root = this.stack.length === 0 ? ROOT : 0;
    compress(this.cv, read(this.block), this.chunk, this.filled, this.start() | CHUNK_END | root, cv);
    for (let at = this.stack.length - 1; at >= 0; at -= 1) cv = this.parent(this.stack[at], cv, at === 0 ? ROOT : 0);
    let text = "";
    for (const word of cv) {
      for (let shift = 0; shift < 32; shift += 8) text += ((word >>> shift) & 255).toString(16).padStart(2, "0");
    }
    return text;
  }
}
