import { constants, realpathSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { errorText, outputError, systemErrorCode } from '../../errors.js';
import { openByteInput } from '../../file/byte-input.js';
import { takeOwner } from '../../file/owner.js';

export const compress: (bytes: Uint8Array) => Promise<Uint8Array> = promisify(gzip);
const pieceBytes = 1 << 20;

/**
 * Replaces a compressed file by one that holds its first `headBytes` (uncompressed) and `tail`: written beside it,
 * then moved over it.
 * @throws UserError (outputFailed)
 */
export async function recompressHead(path: string, headBytes: number, tail: Uint8Array): Promise<void> {
  const target = realpathSync(path);
  const found = statSync(target);
  const unfinished = `${target}.repair-${process.pid}`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants;
  const input = await openByteInput(target);
  try {
    const file = await open(unfinished, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, found.mode & 0o777);
    try {
      takeOwner(file.fd, found);
      await file.chmod(found.mode & 0o7777); // whatever the umask takes
      const piece = new Uint8Array(pieceBytes);
      for (let left = headBytes; left > 0; ) {
        const count = await input.read(piece.subarray(0, Math.min(left, piece.length)));
        if (count === 0) throw new Error('it changed meanwhile');
        await file.writeFile(await compress(piece.subarray(0, count)));
        left -= count;
      }
      if (tail.length > 0) await file.writeFile(await compress(tail));
      await file.datasync();
    } finally {
      await file.close();
    }
    renameSync(unfinished, target);
  } catch (error) {
    try {
      unlinkSync(unfinished);
    } catch {
      // It was never made.
    }
    throw outputError(`cannot repair ${path}: ${systemErrorCode(error) ?? errorText(error)}`, error);
  } finally {
    await input.close();
  }
}
