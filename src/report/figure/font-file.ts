/** What of a TrueType font lays text out: which characters it has, and how wide they are. */
export class FontFile {
  readonly #glyphs: ReadonlyMap<number, number>;
  readonly #advances: readonly number[];
  readonly #unitsPerEm: number;

  /** @param bytes of a TTF whose tables are whole: one that the build made */
  constructor(bytes: Buffer) {
    const tables = new Map<string, Buffer>();
    for (let n = 0; n < bytes.readUInt16BE(4); n++) {
      const record = 12 + 16 * n;
      const [at, length] = [bytes.readUInt32BE(record + 8), bytes.readUInt32BE(record + 12)];
      tables.set(bytes.toString('latin1', record, record + 4), bytes.subarray(at, at + length));
    }
    const [head, hhea, hmtx, cmap] = ['head', 'hhea', 'hmtx', 'cmap'].map((tag) => tables.get(tag)!);
    this.#unitsPerEm = head!.readUInt16BE(18);
    this.#advances = Array.from({ length: hhea!.readUInt16BE(34) }, (_, n) => hmtx!.readUInt16BE(4 * n));
    this.#glyphs = glyphsOf(cmap!);
  }

  has(codePoint: number): boolean {
    return this.#glyphs.has(codePoint);
  }

  /** In a font of size 1; undefined for a character that it does not have. */
  advance(codePoint: number): number | undefined {
    const glyph = this.#glyphs.get(codePoint);
    if (glyph === undefined) return undefined;
    // The last one holds for all behind it.
    return this.#advances[Math.min(glyph, this.#advances.length - 1)]! / this.#unitsPerEm;
  }
}

const basicPlane = 4;
const allPlanes = 12;

/** Glyphs by code point, of a `cmap` table. */
function glyphsOf(cmap: Buffer): Map<number, number> {
  const glyphs = new Map<number, number>();
  for (let n = 0; n < cmap.readUInt16BE(2); n++) {
    const table = cmap.subarray(cmap.readUInt32BE(4 + 8 * n + 4));
    const format = table.readUInt16BE(0);
    if (format === basicPlane) addSegments(table, glyphs);
    if (format === allPlanes) addGroups(table, glyphs);
  }
  return glyphs;
}

function addSegments(table: Buffer, glyphs: Map<number, number>): void {
  const twice = table.readUInt16BE(6);
  const [ends, starts] = [14, 16 + twice];
  const [deltas, offsets] = [starts + twice, starts + 2 * twice];
  for (let at = 0; at < twice; at += 2) {
    const [end, start] = [table.readUInt16BE(ends + at), table.readUInt16BE(starts + at)];
    const [delta, offset] = [table.readUInt16BE(deltas + at), table.readUInt16BE(offsets + at)];
    for (let code = start; code <= end && code < 0xffff; code++) {
      const raw = offset === 0 ? code : table.readUInt16BE(offsets + at + offset + 2 * (code - start));
      const glyph = raw === 0 ? 0 : (raw + delta) & 0xffff;
      if (glyph !== 0) glyphs.set(code, glyph);
    }
  }
}

function addGroups(table: Buffer, glyphs: Map<number, number>): void {
  for (let n = 0; n < table.readUInt32BE(12); n++) {
    const [start, end, first] = [0, 4, 8].map((offset) => table.readUInt32BE(16 + 12 * n + offset));
    for (let code = start!; code <= end!; code++) glyphs.set(code, first! + code - start!);
  }
}
