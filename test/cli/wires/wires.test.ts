import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boardFor, boards } from '#powerlog/board/catalogue.js';
import { scratch } from '../../capture/samples.js';
import { hasPseudoTerminals } from '../../simulator/pty-client.js';
import { powerlog, words } from '../run.js';

/** 24 A through one connector, 9.6 A of them through its first wire. */
const lopsided = 'sim:constant,board=benchlab2,imbalance=0.4';
const evenly = 'sim:constant,board=benchlab2';

const summaryOf = (csv: string) => JSON.parse(readFileSync(csv.replace(/\.csv$/, '.summary.json'), 'utf8'));
const alarmsOf = (csv: string): string[] =>
  summaryOf(csv)
    .warnings.filter(({ code }: { code: string }) => code === 'wire-alarm')
    .map(({ message }: { message: string }) => message);
const eventsOf = (capture: string) =>
  [...readFileSync(capture, 'latin1').matchAll(/\{"type":"wire-alarm".*?\}/g)].map(([json]) =>
    JSON.parse(json),
  );

/** Until there is an alarm, or for a while. */
const untilAlarm = words`--on-alarm end`;
const aWhile = words`--duration 2s`;

function recorded(port: string, ...more: readonly string[]) {
  const folder = scratch();
  const [out, capture] = ['run.csv', 'run.plog'].map((name) => join(folder, name)) as [string, string];
  const ran = powerlog(words`record --port ${port} ${more} --out ${out} --capture ${capture}`);
  const replayed = (...options: readonly string[]) => {
    const again = join(scratch(), 'again.csv');
    expect(powerlog(words`replay ${capture} ${options} --out ${again}`).code).toBe(0);
    return again;
  };
  return { ...ran, out, capture, replayed };
}

describe.runIf(hasPseudoTerminals)('a wire that carries more than its pin is rated for', () => {
  it('is told once, stands in the capture and in the summary, and in those of a replay', () => {
    const { code, err, out, capture, replayed } = recorded(lopsided, ...untilAlarm);
    expect(code).toBe(7);
    const told = err.split('\n').filter((line) => /^powerlog: 12VHPWR 1, wire \d .* s on$/.test(line));
    expect(told).toEqual([
      expect.stringMatching(/wire 1 \(hpwr1_w1\) carries 9\.6 A, more than 9\.2 A, from \d+\.\d{3} s on$/),
      expect.stringMatching(/carries 40 % of its connector's current, more than 25 %: 9\.6 A, from/),
    ]);
    expect(eventsOf(capture)).toEqual(
      ['begin', 'end'].flatMap((edge) =>
        (['current', 'share'] as const).map((kind) => ({
          ...{ type: 'wire-alarm', edge, atNs: expect.any(Number), rail: 'hpwr1', wire: 'hpwr1_w1', kind },
          ...{ limit: kind === 'current' ? 9.2 : 0.25, currentA: 9.6, share: 0.4 },
          ...{ beganNs: expect.any(Number), endedNs: null },
        })),
      ),
    );
    expect(alarmsOf(out)).toEqual([
      expect.stringMatching(
        /^12VHPWR 1, wire 1 \(hpwr1_w1\) carried more than 9\.2 A once, up to 9\.6 A, \d+\.\d s in all, first at \d+\.\d{3} s, and still did at the end$/,
      ),
      expect.stringMatching(/more than 25 % of its connector's current once, up to 40 %/),
    ]);
    const { wires, wire_limits } = summaryOf(out);
    expect(wire_limits).toEqual({ current_a: 9.2, share: null });
    expect(wires[0]).toMatchObject({ share_max: 0.4, alarms: [{ kind: 'current' }, { kind: 'share' }] });
    expect(wires[1]).toMatchObject({ share_max: 0.12, alarms: [] });
    expect(wires[6]).toMatchObject({ share: null, share_max: null, alarms: [] });
    expect(alarmsOf(replayed())).toEqual(alarmsOf(out));
    expect(alarmsOf(replayed('--max-wire', '9.7A', '--max-wire-share', '50%'))).toEqual([]);
    expect(alarmsOf(replayed('--max-wire-share', '100%'))).toEqual(alarmsOf(out).slice(0, 1));
    // What was found when it was recorded is not found again by other limits.
    const anew = join(scratch(), 'anew.plog');
    const limits = words`--max-wire 2.8A --max-wire-share 100%`;
    expect(powerlog(words`record --port ${capture} ${limits} --capture ${anew}`).code).toBe(0);
    const found = eventsOf(anew).map(({ edge, kind, wire, limit }) => `${edge} ${kind} ${wire} ${limit}`);
    const each = [1, 2, 3, 4, 5, 6].map((n) => `current hpwr1_w${n} 2.8`);
    expect(found).toEqual([...each.map((text) => `begin ${text}`), ...each.map((text) => `end ${text}`)]);
  });

  const measured = [...new Set(boards.filter(({ wires }) => wires.length > 0).map(({ id }) => id))];
  it.each(measured)('is told by the name that its board has for it: %s', (id) => {
    const { wires } = boardFor(id)!;
    const { code, out, replayed } = recorded(`sim:constant,board=${id},imbalance=0.4`, ...untilAlarm);
    expect(code).toBe(7);
    const [first] = wires;
    expect(alarmsOf(out).map((text) => text.slice(0, text.indexOf(' carried')))).toEqual([
      `${first!.title} (${first!.name})`,
      `${first!.title} (${first!.name})`,
    ]);
    expect(alarmsOf(replayed())).toEqual(alarmsOf(out));
  });

  it('is held in a replay against what it was recorded with', () => {
    const { err, out, replayed } = recorded(
      evenly,
      ...untilAlarm,
      ...words`--max-wire 3.9A --max-wire-share 100%`,
    );
    expect(err.match(/^powerlog: 12VHPWR 1, wire \d .* carries 4 A, more than 3\.9 A, from/gm)).toHaveLength(
      6,
    );
    expect(alarmsOf(out)).toHaveLength(6);
    expect(alarmsOf(replayed())).toEqual(alarmsOf(out));
    expect(summaryOf(replayed('--max-wire', '9A')).wire_limits).toEqual({ current_a: 9, share: 1 });
  });

  it('is none where nothing is over, nor where single wires are not measured', () => {
    const { out, capture } = recorded(evenly, ...aWhile);
    expect([alarmsOf(out), eventsOf(capture)]).toEqual([[], []]);
    const without = recorded('sim:constant', ...aWhile, '--max-wire', '1mA');
    expect(alarmsOf(without.out)).toEqual([]);
    expect(summaryOf(without.out)).not.toHaveProperty('wire_limits');
  });

  it('is marked where wires are shown: info, report, and its figures of a part', () => {
    const { out, err } = powerlog(words`info --port ${lopsided}`);
    expect([out, err]).toEqual([
      expect.stringMatching(/^12VHPWR 1, wire 1 +9\.60 A +40\.0 % +over 9\.2 A, over 25 %$/m),
      '',
    ]);
    expect(out).toMatch(/^12VHPWR 1, wire 2 +2\.88 A +12\.0 %$/m);
    expect(out).toMatch(/^12VHPWR 2, wire 6 +0\.00 A +–$/m);
    const { wires } = JSON.parse(powerlog(words`info --port ${lopsided} --json`).out);
    expect(wires.slice(0, 2)).toEqual([
      {
        ...{ name: 'hpwr1_w1', rail: 'hpwr1', current_a: 9.6, share: expect.closeTo(0.4, 9) },
        over: [
          { kind: 'current', limit: 9.2 },
          { kind: 'share', limit: 0.25 },
        ],
      },
      { name: 'hpwr1_w2', rail: 'hpwr1', current_a: 2.88, share: expect.closeTo(0.12, 9), over: [] },
    ]);
    expect(JSON.parse(powerlog(words`info --port sim --json`).out)).not.toHaveProperty('wires');
    const { capture, out: csv } = recorded(lopsided, ...untilAlarm);
    for (const recording of [capture, csv]) {
      const { out: report } = powerlog(words`report ${recording}`);
      expect(report).toMatch(
        /^! hpwr1_w1 +9\.60 A +9\.60 A +40\.0 % +40\.0 % +over 9\.2 A for \d+\.\d s, over 25 % for \d+\.\d s$/m,
      );
      expect(report).toMatch(/^ {2}hpwr1_w2 +2\.88 A +2\.88 A +12\.0 % +12\.0 %$/m);
      const part = JSON.parse(powerlog(words`report ${recording} --json - --to 150ms`).out);
      expect(part.wires[0]).toMatchObject({ name: 'hpwr1_w1', alarms: [] });
    }
  });

  it('is refused a limit that is none, and told what is one', () => {
    for (const [option, value, what] of [
      ['--max-wire', '9.2', 'a number and a unit (mA, A) above 0A and up to 1000A, such as 9.2A'],
      ['--max-wire', '0A', 'above 0A'],
      ['--max-wire-share', '25', 'from 0% to'],
      ['--max-wire-share', '0%', 'above 0% and up to 100%'],
      ['--max-wire-share', '101%', 'above 0% and up to 100%'],
      ['--on-alarm', ' ', 'end, or a command for /bin/sh'],
    ] as const) {
      const { code, err } = powerlog(words`record --port sim --out - ${[option, value]}`);
      expect([option, value, code, err]).toEqual([option, value, 2, expect.stringContaining(what)]);
    }
  });
});
