import { build } from 'esbuild';
await build({ entryPoints: ['test/cli/live/terminal.ts'], outfile: '/tmp/terminal.mjs', bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
const { onTerminal } = await import('/tmp/terminal.mjs');
const [rows, columns, secs, ...options] = process.argv.slice(2);
const t = onTerminal([process.execPath, 'bin/powerlog.js', 'live', '--tty', ...options], { rows: +rows, columns: +columns, env: { COLORTERM: 'truecolor' } });
t.ended.then((e) => console.log(e, t.screen.normal), (e) => console.log('FAILED', e));
await new Promise((r) => setTimeout(r, secs * 1000));
console.log(t.screen.text.split('\n').map(l => l.padEnd(+columns) + '|').join('\n'));
for (const k of (process.env.K ?? 'q').split(',')) { t.type(k); await new Promise((r) => setTimeout(r, 700)); if (k !== 'q') console.log(t.screen.text); }
await new Promise((r) => setTimeout(r, 1500));
process.exit();
