// Does nothing for eleven seconds, and marks what a training run does meanwhile, as docs/marks.md says: for `npm run demo` and the
// pictures of the documentation.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const marks = process.env.POWERLOG_MARKS;
const mark = (line) => {
  if (marks) appendFileSync(marks, `${line}\n`);
};

async function phase(name, seconds, count) {
  mark(`begin ${name}`);
  await sleep(seconds * 1000);
  mark(`end ${name}${count === undefined ? '' : ` ${count}`}`);
}

await phase('load', 1.2);
for (const round of [1, 2]) {
  await phase('train', 3.6, 60);
  await phase('evaluate', 1.4);
  if (round === 1) mark('point checkpoint');
}
