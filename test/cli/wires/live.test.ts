import { describe, expect, it } from 'vitest';
import type { ServedHead } from '#powerlog/draw/served.js';
import { needs, python } from '../../parts.js';
import { messagesOf, openStream } from '../../publish/client.js';
import { start } from '../../publish/started.js';
import { hasPseudoTerminals } from '../../simulator/pty-client.js';
import { live } from '../live/live.js';
import { words } from '../run.js';

/** 24 A through one connector, 9.6 A of them through its first wire. */
const lopsided = 'sim:constant,board=benchlab2,imbalance=0.4';

describe('live --tty', needs(python), () => {
  it('says over its whole width which wire carries too much, and shows each for w', async () => {
    const terminal = live(['--port', lopsided], { rows: 30, columns: 120 });
    const text = await terminal.sees('WIRE: ');
    expect(text).toMatch(
      /^ WIRE: 12VHPWR 1, wire 1 \(hpwr1_w1\) carries 9\.6 A, more than 9\.2 A, since 00:\d\d/m,
    );
    expect(text).toMatch(/m messages +w wires$/m);
    terminal.type('w');
    // The figures of the summary are worked out once a second.
    const wires = await terminal.sees(/OVER 9\.2 A +OVER 25 %/);
    expect(wires).toMatch(/^ Wires$/m);
    expect(wires).toMatch(/^ 12VHPWR 1, wire 1 +9\.60 A +40\.0 % +OVER 9\.2 A +OVER 25 %/m);
    expect(wires).toMatch(/^ 12VHPWR 1, wire 6 +2\.88 A +12\.0 %$/m);
    expect(wires).toMatch(/^ 12VHPWR 2, wire 6 +0\.00 A +–$/m);
    terminal.type(' ');
    await terminal.sees('LIVE');
    terminal.type('q');
    expect((await terminal.ended).code).toBe(0);
    expect(terminal.screen.normal).toMatch(/carried more than 9\.2 A (?:once|\d+ times)/);
  });

  it('has no key for wires where none are measured', async () => {
    const terminal = live(['--port', 'sim'], { rows: 30, columns: 120 });
    expect(await terminal.sees('m messages')).not.toContain('w wires');
    terminal.type('w');
    await terminal.sees('no single wires are measured');
    terminal.type('qq');
    expect((await terminal.ended).code).toBe(0);
  });
});

describe.runIf(hasPseudoTerminals)('a live page', () => {
  it('is told of a wire that carries too much, by the limit that was asked for', async () => {
    const port = 'sim:constant,board=benchlab2';
    const url = await start(words`live --port ${port} --max-wire 3.9A --max-wire-share 100%`).url;
    const stream = await openStream(url);
    const flags = new Set<string>();
    const messages = messagesOf(stream);
    while (flags.size < 6) {
      const { runs } = (await messages.next()).head as Extract<ServedHead, { kind: 'state' }>;
      for (const [, { kind, name }] of runs[0]?.flags ?? []) if (kind === 'wire-alarm') flags.add(name);
    }
    stream.close();
    expect([...flags]).toEqual([1, 2, 3, 4, 5, 6].map((n) => `hpwr1_w${n} over 3.9 A`));
  });
});
