/**
 * `npm run test:busy [-- TIMES [SPINNERS]]`: all tests, again and again, beside processes that only spin, as many as there are
 * cores unless told. Properties meet other cases at each turn. Says how each turn ended and how long it took; ends with 1 if one failed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';

const [times = 20, spinners = cpus().length] = process.argv.slice(2).map(Number);
const busy = Array.from({ length: spinners }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
const stop = () => {
  for (const each of busy) each.kill('SIGKILL');
};
process.once('exit', stop);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const failed = [];
for (let turn = 1; turn <= times; turn++) {
  const startMs = performance.now();
  const child = spawn('npx', ['vitest', 'run', '--config', 'test/vitest.config.ts', '--reporter=dot'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, FAST_CHECK_SEED: 'random' },
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  const took = ((performance.now() - startMs) / 1000).toFixed(0);
  console.log(`${turn} of ${times}: ${code === 0 ? 'green' : 'failed'} after ${took} s`);
  if (code === 0) continue;
  failed.push(turn);
  console.log(said);
}
console.log(
  failed.length === 0
    ? `${times} times green beside ${spinners} spinning processes`
    : `failed: ${failed.join(', ')}`,
);
process.exit(failed.length === 0 ? 0 : 1);
