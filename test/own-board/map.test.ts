import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../capture/samples.js';
import { readCsv } from '../cli/csv.js';
import { powerlog, powerlogUntil, words } from '../cli/run.js';
import { hasPseudoTerminals } from '../simulator/pty-client.js';

const rig = 'docs/own-board/ina226.json';
const port = `sim:constant,board=${rig}`;

/** A map file of a folder of its own. */
function mapOf(components: object, slot: object | null = null): string {
  const path = join(scratch(), 'm.json');
  writeFileSync(path, JSON.stringify({ components, slot }));
  return path;
}

describe.runIf(hasPseudoTerminals)('a map of a board that a file describes', () => {
  const components = { card: ['gpu'], rest: ['ssd'] };

  it('sums its rails up, while it is recorded, from its capture and from its rows', () => {
    const folder = scratch();
    const map = mapOf(components);
    const [out, plain, capture, again] = ['run.csv', 'plain.csv', 'run.plog', 'again.csv'].map((name) =>
      join(folder, name),
    ) as [string, string, string, string];
    const { code, err } = powerlogUntil(
      [out],
      words`record --port ${port} --map ${map} --out ${out} --capture ${capture}`,
    );
    expect(code, err).toBe(0);
    const { names } = readCsv(out);
    expect(names.slice(2, 5)).toEqual(['system_power_w', 'card_power_w', 'rest_power_w']);
    for (const [args, to] of [
      [[], plain],
      [['--map', map], again],
    ] as const) {
      const replayed = powerlog(words`replay ${capture} ${args} --out ${to}`);
      expect(replayed.code, replayed.err).toBe(0);
      expect(readFileSync(to, 'utf8')).toBe(readFileSync(out, 'utf8'));
    }
    const swapped = mapOf({ both: ['gpu', 'ssd'] });
    for (const file of [capture, out]) {
      const { code, out: json, err } = powerlog(words`report ${file} --map ${swapped} --json -`);
      expect(code, err).toBe(0);
      expect(Object.keys(JSON.parse(json).energy_j)).toEqual(['system', 'both']);
    }
  });

  it('is refused by file, rail and board where that has no such rail, whatever is done', () => {
    const folder = scratch();
    const capture = join(folder, 'run.plog');
    powerlogUntil(
      [join(folder, 'run.csv')],
      words`record --port ${port} --out ${join(folder, 'run.csv')} --capture ${capture}`,
    );
    const strange = mapOf({ card: ['gpu'], rest: ['hpwr2'] });
    const said = `powerlog: ${strange}: components.rest: the INA226 rig has no rail 'hpwr2'; it has gpu, ssd\n`;
    for (const args of [
      words`record --port ${port} --out -`,
      words`exec --port ${port}`,
      words`replay ${capture}`,
      words`report ${capture}`,
      words`view ${capture}`,
    ])
      expect(powerlog([...args, '--map', strange, ...(args[0] === 'exec' ? ['--', 'true'] : [])])).toEqual({
        code: 6,
        out: '',
        err: said,
      });
  });

  it('keeps no command from running where the board is not there', () => {
    const map = mapOf(components);
    for (const board of [words`--board ${rig} --columns ssd_power_w --out ${join(scratch(), 'a.csv')}`, []]) {
      const { code, err } = powerlog(
        words`exec --port /dev/ttyACM77 ${board} --map ${map} -- sh -c ${'exit 9'}`,
      );
      expect(code, err).toBe(9);
    }
  });
});

describe('what the file is not to blame for', () => {
  const components = { gpu: ['pcie1'], motherboard: ['atx_12v'] };

  it('is a slot that was named beside it', () => {
    const { code, err } = powerlog(words`record --port sim --map ${mapOf(components)} --slot pcie9 --out -`);
    expect(code).toBe(2);
    expect(err).toMatch(
      /^powerlog: the slot adapter sits on a PCIe rail: 'pcie9' is not one of those that the BENCHLAB has, pcie1,/,
    );
  });

  it('but of a slot in it, and not of one that --slot replaces', () => {
    const map = mapOf(components, { rail: 'pcie9', feed: 'psu' });
    const wrong = powerlog(words`record --port sim --map ${map} --out -`);
    expect([wrong.code, wrong.err]).toEqual([6, expect.stringContaining(`${map}: the slot adapter`)]);
    const right = powerlog(
      words`record --port sim --map ${map} --slot pcie2 --duration 200ms --columns power --out -`,
    );
    expect(right.code, right.err).toBe(0);
  });
});
