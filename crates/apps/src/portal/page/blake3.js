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

const v = new Uint32Array(16);

function g(a, b, c, d, x, y) {
  let [va, vb, vc, vd] = [v[a], v[b], v[c], v[d]];
  va = (va + vb + x) | 0; vd ^= va; vd = (vd >>> 16) | (vd << 16);
  vc = (vc + vd) | 0; vb ^= vc; vb = (vb >>> 12) | (vb << 20);
  va = (va + vb + y) | 0; vd ^= va; vd = (vd >>> 8) | (vd << 24);
  vc = (vc + vd) | 0; vb ^= vc; vb = (vb >>> 7) | (vb << 25);
  v[a] = va; v[b] = vb; v[c] = vc; v[d] = vd;
}

/** The first eight words of the compression go to `out`, which may be `cv`. */
function compress(cv, m, counter, length, flags, out) {
  v.set(cv); v.set(IV.subarray(0, 4), 8);
  v[12] = counter; v[13] = counter / 0x100000000; v[14] = length; v[15] = flags;
  for (let s = 0; s < 7 * 16; s += 16) {
    g(0, 4, 8, 12, m[SCHEDULE[s]], m[SCHEDULE[s + 1]]);
    g(1, 5, 9, 13, m[SCHEDULE[s + 2]], m[SCHEDULE[s + 3]]);
    g(2, 6, 10, 14, m[SCHEDULE[s + 4]], m[SCHEDULE[s + 5]]);
    g(3, 7, 11, 15, m[SCHEDULE[s + 6]], m[SCHEDULE[s + 7]]);
    g(0, 5, 10, 15, m[SCHEDULE[s + 8]], m[SCHEDULE[s + 9]]);
    g(1, 6, 11, 12, m[SCHEDULE[s + 10]], m[SCHEDULE[s + 11]]);
    g(2, 7, 8, 13, m[SCHEDULE[s + 12]], m[SCHEDULE[s + 13]]);
    g(3, 4, 9, 14, m[SCHEDULE[s + 14]], m[SCHEDULE[s + 15]]);
  }
  for (let at = 0; at < 8; at += 1) out[at] = v[at] ^ v[at + 8];
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
