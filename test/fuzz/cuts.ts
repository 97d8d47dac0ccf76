import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { UserError } from '#powerlog/errors.js';
import { carryOut, planRepair } from '#powerlog/session/repair/repair.js';
import { must, type Target } from './target.js';

const inThree = (bytes: Buffer): Buffer => {
  const [one, two] = [Math.floor(bytes.length / 3), Math.floor((2 * bytes.length) / 3)];
  const parts = [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)];
  return Buffer.concat(parts.map((part) => gzipSync(part)));
};

/** All that Node's own gunzip gets out of a file that was cut. */
const unpacked = (cut: Buffer): Buffer => gunzipSync(cut, { finishFlush: constants.Z_SYNC_FLUSH });
const gzipHeadBytes = 10;

const wholeLines = (text: Buffer): number => text.lastIndexOf('\n') + 1;

function wholeBlocks(bytes: Buffer): number {
  for (let at = 0; ; ) {
    const head = at === 0 ? 16 : 20;
    if (at + head > bytes.length) return at;
    const next = at + head + bytes.readUInt32LE(at + head - 4) + 4;
    if (next > bytes.length) return at;
    at = next;
  }
}

/** How many NULs stand behind a cut. One alone may be a byte of the data. */
const nuls = [0, 1, 700];

/**
 * A compressed file of three members, cut at every byte, with nothing or NULs behind it: where it is repaired, it is
 * whole, and holds all that could be unpacked before.
 * @param wholeOf how many bytes of what could be unpacked are whole lines or blocks, and have to be kept
 */
function cuts(name: string, file: string, contents: Buffer, wholeOf: (part: Buffer) => number): Target {
  const whole = inThree(contents);
  const cases = whole.length * nuls.length;
  return {
    name,
    // As many of ten million inputs as there are cases.
    weight: cases / 90_000,
    async tryOne(_, n) {
      // Such strides meet every case once, and spread over all of them from the first on.
      const at = (n * 7919) % cases;
      const cut = whole.subarray(0, 1 + Math.floor(at / nuls.length));
      const given = Buffer.concat([cut, Buffer.alloc(nuls[at % nuls.length]!)]);
      const folder = mkdtempSync(join(tmpdir(), 'powerlog-fuzz-'));
      try {
        const path = join(folder, file);
        writeFileSync(path, given);
        const kept = cut.length < gzipHeadBytes ? 0 : wholeOf(unpacked(cut));
        try {
          await carryOut(await planRepair(path, { map: undefined }));
        } catch (error) {
          must(readFileSync(path).equals(given), 'a file that is refused was changed');
          must(!(error instanceof UserError) || kept === 0, `refused with ${kept} bytes in it: ${error}`);
          throw error;
        }
        const after = gunzipSync(readFileSync(path));
        must(after.subarray(0, kept).equals(contents.subarray(0, kept)), 'something that was there is gone');
        const again = n % 8 === 0 ? await planRepair(path, { map: undefined }) : null;
        must(!again?.torn, 'what was repaired is torn');
        return true;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}

export const cutTargets = (csv: Buffer, capture: Buffer): readonly Target[] => [
  cuts('cut CSVs', 'run.csv.gz', csv, wholeLines),
  cuts('cut captures', 'run.plog.gz', capture, wholeBlocks),
];
