// Puts the fonts of figures into lib: as TTF, which is all that resvg reads, and as WOFF2, which SVGs carry with them.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';

const folder = 'node_modules/@fontsource/inter';
/** Parts of Inter by script, the most common first. */
const scripts = ['latin', 'latin-ext', 'greek', 'cyrillic'];

/** Returns the files that they come from. */
export function copyFonts(to) {
  mkdirSync(to, { recursive: true });
  return scripts.map((script) => {
    const from = `${folder}/files/inter-${script}-400-normal`;
    writeFileSync(`${to}/inter-${script}.ttf`, unpackWoff(readFileSync(`${from}.woff`)));
    copyFileSync(`${from}.woff2`, `${to}/inter-${script}.woff2`);
    return `${from}.woff`;
  });
}

/** The font in a WOFF (https://www.w3.org/TR/WOFF/): its tables, each inflated, behind a directory of the older form. */
function unpackWoff(woff) {
  const count = woff.readUInt16BE(12);
  const exponent = Math.floor(Math.log2(count));
  const head = Buffer.alloc(12 + 16 * count);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  head.writeUInt16BE(16 * 2 ** exponent, 6);
  head.writeUInt16BE(exponent, 8);
  head.writeUInt16BE(16 * count - 16 * 2 ** exponent, 10);
  const parts = [head];
  let at = head.length;
  for (let n = 0; n < count; n++) {
    const entry = 44 + 20 * n;
    const [from, packed, length] = [4, 8, 12].map((offset) => woff.readUInt32BE(entry + offset));
    const bytes = woff.subarray(from, from + packed);
    const padded = Buffer.alloc(Math.ceil(length / 4) * 4);
    (packed < length ? inflateSync(bytes) : bytes).copy(padded);
    const record = 12 + 16 * n;
    woff.copy(head, record, entry, entry + 4);
    woff.copy(head, record + 4, entry + 16, entry + 20);
    head.writeUInt32BE(at, record + 8);
    head.writeUInt32BE(length, record + 12);
    parts.push(padded);
    at += padded.length;
  }
  return Buffer.concat(parts);
}
