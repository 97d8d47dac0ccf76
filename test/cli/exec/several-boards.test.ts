import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { startForeignBoard } from '../../peers/foreign-board.js';
import { readCsv } from '../csv.js';
import { powerlog, words } from '../run.js';

const twoSims = ['--port', 'sim:train', '--port', 'sim:idle,board=benchlab2'];
const other = 'powerlog-simulator-2';

interface Stretch {
  readonly start_s: number;
  readonly end_s: number;
}

/** Runs a command for the shell between two marks, on several boards, into `run.csv` of a folder. */
function exec(folder: string, args: readonly string[], line: string) {
  const script = `printf 'begin work\\n' >> "$POWERLOG_MARKS"; ${line}; printf 'end work\\n' >> "$POWERLOG_MARKS"`;
  const ran = powerlog(words`exec --out ${join(folder, 'run.csv')} ${args} -- sh -c ${script}`);
  return { ...ran, summary: JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8')) };
}

/** The energy that a CSV's own rows have between two instants, the power at both interpolated, J. */
function energyJ(path: string, component: string, { start_s, end_s }: Stretch): number {
  const { names, rows } = readCsv(path);
  const column = names.indexOf(`${component}_power_w`);
  const samples = rows.map((row) => [Number(row[0]), Number(row[column])] as const);
  let energy = 0;
  for (let n = 1; n < samples.length; n++) {
    const [[fromS, fromW], [toS, toW]] = [samples[n - 1]!, samples[n]!];
    const [left, right] = [Math.max(fromS, start_s), Math.min(toS, end_s)];
    if (right <= left) continue;
    const powerAt = (s: number) => fromW + ((toW - fromW) * (s - fromS)) / (toS - fromS);
    energy += ((powerAt(left) + powerAt(right)) / 2) * (right - left);
  }
  return energy;
}

describe('a command measured by several boards', () => {
  it('costs what all of them saw, and so do its phases', () => {
    const folder = scratch();
    const { code, err, summary } = exec(folder, [...twoSims, '--baseline', '300ms'], 'sleep 1');
    expect(code, err).toBe(0);
    const csvs = ['run.csv', `run.${other}.csv`].map((name) => join(folder, name));
    expect(readdirSync(folder).sort()).toEqual(['run.csv', `run.${other}.csv`, 'run.summary.json'].sort());
    const [phase] = summary.phases;
    expect(phase.name).toBe('work');
    for (const component of ['system', 'cpu', 'gpu', 'motherboard'])
      for (const [cost, spans] of [
        [summary.command, [summary.command]],
        [phase, phase.spans],
      ] as const) {
        const each = csvs.map((csv) =>
          (spans as Stretch[]).reduce((sum, span) => sum + energyJ(csv, component, span), 0),
        );
        expect(cost.energy_j[component]).toBeCloseTo(each[0]! + each[1]!, 5);
        expect(cost.power_w[component].mean).toBeCloseTo((each[0]! + each[1]!) / cost.duration_s, 4);
        expect(cost.power_w[component].max).toBeNull();
        expect(cost.uncertainty.accuracy_j[component]).toBeCloseTo(0.03 * Math.hypot(...each), 5);
        const { accuracy_j, gaps_j, edges_j } = cost.uncertainty;
        const parts = [accuracy_j, gaps_j, edges_j].map((part) => part[component]);
        expect(cost.energy_uncertainty_j[component]).toBeCloseTo(Math.hypot(...parts), 6);
      }
    const { command } = summary;
    const aboveJ = command.energy_j.system - command.baseline_power_w.system * command.duration_s;
    expect(command.energy_above_idle_j.system).toBeCloseTo(aboveJ, 5);
    expect(summary.tracks.map(({ file }: { file: string }) => file)).toEqual(['run.csv', `run.${other}.csv`]);
    for (const { id } of summary.tracks) expect(err).toContain(`    ${id} `);
  });

  it('is told again by each board’s capture, as far as that board saw it', () => {
    const folder = scratch();
    const plog = join(folder, 'run.plog');
    exec(folder, [...twoSims, '--capture', plog, '--baseline', '0', '--quiet'], 'sleep 0.3');
    for (const name of ['run', `run.${other}`]) {
      const again = join(folder, 'again.csv');
      const replayed = words`replay ${join(folder, `${name}.plog`)} --out ${again} --force --quiet`;
      expect(powerlog(replayed).code).toBe(0);
      const { command, phases } = JSON.parse(readFileSync(join(folder, 'again.summary.json'), 'utf8'));
      const csv = join(folder, `${name}.csv`);
      expect(command.energy_j.system).toBeCloseTo(energyJ(csv, 'system', command), 5);
      expect(phases[0]).toMatchObject({ name: 'work', times: 1 });
      expect(phases[0].energy_j.system).toBeCloseTo(energyJ(csv, 'system', phases[0].spans[0]), 5);
    }
  });

  it('can be held against an earlier run of the same boards, and against their idle power', () => {
    const [before, now] = [scratch(), scratch()];
    const earlier = join(before, 'run.summary.json');
    exec(before, [...twoSims, '--baseline', '0', '--quiet'], 'sleep 0.3');
    const args = ['--baseline-run', earlier, '--max-regression', '1000%', '--quiet'];
    const same = exec(now, [...twoSims, ...args, '--baseline', '0'], 'sleep 0.3');
    expect(same.code, same.err).toBe(0);
    const codes = (summary: { warnings: { code: string }[] }) => summary.warnings.map(({ code }) => code);
    expect(codes(same.summary)).not.toContain('other-instrument');
    const fewer = exec(now, ['--port', 'sim:train', ...args, '--baseline', '0', '--force'], 'sleep 0.3');
    expect(fewer.summary.warnings).toContainEqual({
      code: 'other-instrument',
      message: expect.stringContaining('2 boards then, 1 now'),
    });
    const idle = join(before, 'idle.json');
    const powers = { system: 100, cpu: 30, gpu: 40, motherboard: 30 };
    const power_w = Object.fromEntries(Object.entries(powers).map(([name, mean]) => [name, { mean }]));
    writeFileSync(idle, JSON.stringify({ schema: 'powerlog.summary/1', power_w }));
    const { summary } = exec(now, [...twoSims, '--baseline', idle, '--force', '--quiet'], 'sleep 0.3');
    expect(summary.command.baseline_power_w).toEqual(powers);
    const { energy_j, energy_above_idle_j, duration_s } = summary.command;
    expect(energy_above_idle_j.system).toBeCloseTo(energy_j.system - 100 * duration_s, 5);
  });

  it('is measured by those that are there, and it is said which is not', () => {
    const folder = scratch();
    const ports = ['--port', '/dev/ttyNOWHERE', '--port', 'sim:idle'];
    const { code, err, summary } = exec(folder, [...ports, '--baseline', '0'], 'exit 3');
    expect(code).toBe(3);
    expect(err).toMatch(
      /^powerlog: \/dev\/ttyNOWHERE does not exist.* The command is measured without that board; with --strict it would not run$/m,
    );
    expect(summary.warnings).toContainEqual({
      code: 'no-board',
      message: expect.stringMatching(/^not measured: \/dev\/ttyNOWHERE does not exist/),
    });
    expect(summary.samples).toBeGreaterThan(0);
    expect(summary.tracks).toBeUndefined();
    expect(summary.command.energy_j.system).toBeGreaterThan(0);
  });

  it('is not run with --strict where one of them is not there, nor where one is named twice', () => {
    const folder = scratch();
    const proof = join(folder, 'proof');
    const run = (...args: readonly string[]) => powerlog(words`exec ${args} -- touch ${proof}`);
    const strict = run('--port', 'sim', '--port', '/dev/ttyNOWHERE', '--strict');
    expect(strict).toMatchObject({ code: 3 });
    expect(strict.err).toMatch(/^powerlog: \/dev\/ttyNOWHERE does not exist/);
    expect(run('--port', '/dev/null', '--port', '/dev/null')).toMatchObject({ code: 2 });
    expect(run('--port', 'sim', '--port', 'sim:loud')).toMatchObject({ code: 2 });
    expect(readdirSync(folder)).toEqual([]);
    expect(run('--port', '/dev/ttyNOWHERE', '--port', '/dev/ttyNEITHER').err).toMatch(
      /ttyNOWHERE does not exist.* The command runs unmeasured.*\n.*ttyNEITHER does not exist.* The command runs unmeasured/,
    );
    expect(readdirSync(folder)).toEqual(['proof']);
  });

  it(
    'has no mean, and nothing above idle, where one of them was lost on the way',
    needs(python),
    async () => {
      const folder = scratch();
      const [leaving, staying] = [join(folder, 'leaving'), join(folder, 'staying')];
      const first = await startForeignBoard(...['--latency', '1', '--name', 'gone', '--link', leaving]);
      const second = await startForeignBoard(
        ...['--latency', '1', '--name', 'stays', '--link', staying, '--uid', 'f'.repeat(24)],
      );
      const ports = ['--port', leaving, '--port', staying, '--reconnect', 'off'];
      const gone = `sleep 0.5; kill ${first.pid}; sleep 1`;
      const { code, err, summary } = exec(folder, [...ports, '--baseline', '200ms'], gone);
      await first.stop();
      await second.stop();
      expect(code, err).toBe(0);
      const { command, tracks } = summary;
      expect(tracks.map(({ id }: { id: string }) => id)).toEqual(['gone', 'stays']);
      const csvs = ['run.csv', 'run.stays.csv'].map((name) => join(folder, name));
      const each = csvs.map((csv) => energyJ(csv, 'system', command));
      expect(command.energy_j.system).toBeCloseTo(each[0]! + each[1]!, 4);
      expect([command.power_w.system.mean, command.energy_above_idle_j.system]).toEqual([null, null]);
      expect(command.baseline_power_w.system).toBeGreaterThan(0);
      const lastOfFirst = Number(readCsv(csvs[0]!).rows.at(-1)![0]);
      expect(command.coverage).toBeLessThanOrEqual(
        (lastOfFirst - command.start_s) / command.duration_s + 1e-6,
      );
      const codes = summary.warnings.map(({ code: each }: { code: string }) => each);
      expect(codes).toEqual(expect.arrayContaining(['command-uncovered', 'measuring-fault', 'ended-early']));
      expect(summary.warnings).toContainEqual({
        code: 'measuring-fault',
        message: 'gone was lost and did not come back; what was recorded until then is whole',
      });
    },
  );
});
