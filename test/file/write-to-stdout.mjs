// Writes as many lines to standard output as told, and says on standard error how it went. `nonblocking` makes the
// pipe refuse what it has no room for, as pipes do that somebody else set up so; each piece is more than it takes.
import { OutputFile, ReaderGone } from '#powerlog/file/output-file.js';

const [lines, mode] = process.argv.slice(2);
if (mode === 'nonblocking') process.stdout._handle.setBlocking(false);
const file = new OutputFile({ path: '-', force: false });
console.error('started');
try {
  for (let line = 0; line < Number(lines); line += 10_000) {
    const piece = Array.from({ length: 10_000 }, (_, n) => `${line + n},${'x'.repeat(90)}\n`).join('');
    await file.write(Buffer.from(piece), 10_000);
  }
  await file.close();
  console.error(`wrote ${file.lines}`);
} catch (error) {
  console.error(error instanceof ReaderGone ? 'reader gone' : error);
}
