import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { onTerminal } from './terminal.js';

/** A program that draws more than a terminal holds which nobody reads, until it sees that; then a last frame, and ends at a key. */
const program = `
const { Screen } = await import(process.argv[2]);
const { writeFileSync } = await import('node:fs');
// A terminal that is long in coming to it is given the time: no patience runs out.
performance.now = () => 0;
let frames = 0;
let wasBlocked = false;
const draw = () => {
  if (!screen.isReady) {
    wasBlocked = true;
    writeFileSync(process.argv[3], String(frames));
    return;
  }
  frames++;
  screen.show(Array.from({ length: 50 }, (_, row) => (wasBlocked ? 'last' : String(frames).repeat(150 + row))));
  if (!wasBlocked) setImmediate(draw);
};
const screen = new Screen(() => wasBlocked && draw(), () => process.exit(3));
screen.enter();
setInterval(() => {}, 1000);
process.on('SIGTERM', () => {
  screen.leave();
  process.exit();
});
draw();
`;

describe('a terminal that takes nothing', needs(python), () => {
  function start() {
    const folder = scratch();
    const [path, blocked] = [join(folder, 'draws.mjs'), join(folder, 'blocked')];
    writeFileSync(path, program);
    writeFileSync(blocked, '');
    const screen = new URL('../../../dist/cli/terminal/live/screen.js', import.meta.url).href;
    const terminal = onTerminal([process.execPath, path, screen, blocked], { rows: 50, columns: 210 });
    onTestFinished(() => terminal.kill());
    return { terminal, blocked };
  }

  it('is waited for by nobody; it then shows what is so now, not what it missed', async () => {
    const { terminal, blocked } = start();
    terminal.reads(false);
    await fileSays(blocked, /\d/);
    terminal.reads(true);
    await terminal.sees((text) => text.split('\n').every((line) => line === 'last'));
    terminal.signal(15);
    expect(await terminal.ended).toEqual({ code: 0, restored: true });
    expect(terminal.screen).toMatchObject({ isAlternate: false, isCursorShown: true, wraps: true });
  });

  it('is given back in the middle of a frame too', async () => {
    const { terminal, blocked } = start();
    terminal.reads(false);
    await fileSays(blocked, /\d/);
    terminal.signal(15);
    terminal.reads(true);
    expect(await terminal.ended).toEqual({ code: 0, restored: true });
    expect(terminal.screen).toMatchObject({ isAlternate: false, isCursorShown: true, wraps: true });
  });
});

/** Resolves when a file holds it. */
async function fileSays(path: string, text: RegExp): Promise<void> {
  const { readFileSync } = await import('node:fs');
  while (!text.test(readFileSync(path, 'utf8'))) await new Promise((resolve) => setTimeout(resolve, 20));
}
