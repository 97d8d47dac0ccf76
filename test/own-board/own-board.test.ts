import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { readBoardFile } from '#powerlog/file/board-file.js';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';
import type { Wire } from '#powerlog/link/wire.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import { startSimulator } from '#powerlog/simulator/port/server.js';
import { scratch } from '../capture/samples.js';
import { readCsv } from '../cli/csv.js';
import { powerlog, words } from '../cli/run.js';
import { compiler, needs } from '../parts.js';
import { startRecording } from '../peers/maker/recorder.js';
import { hasPseudoTerminals } from '../simulator/pty-client.js';
import { startRig } from './rig.js';

const [talks, asked] = ['docs/own-board/ina226.json', 'docs/own-board/asked.json'] as const;

const summaryOf = (folder: string) => JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));

describe.runIf(hasPseudoTerminals)('a board that a file describes', () => {
  it.each([
    ['that talks', talks, ['graphics', 'disk'], 'gpu_power_w'],
    ['that is asked', asked, ['cpu', 'gpu'], 'gpu_12v_power_w'],
  ] as const)(
    '%s: simulated from it, recorded, replayed and reported',
    async (_, file, components, power) => {
      const folder = scratch();
      const [out, capture, again] = ['run.csv', 'run.plog', 'again.csv'].map((name) =>
        join(folder, name),
      ) as [string, string, string];
      const recording = startRecording(folder, `sim:train,board=${file}`);
      await recording.hasRows(100);
      const live = await recording.stop();
      expect(live.code, live.err).toBe(0);
      const { names, rows } = readCsv(out);
      expect(names.slice(2, 5)).toEqual(['system', ...components].map((name) => `${name}_power_w`));
      // The sums are of its rails, in every row.
      const column = (name: string) => rows.map((row) => Number(row[names.indexOf(name)]));
      const [sum, first] = [column(`${components.at(file === talks ? 0 : 1)}_power_w`), column(power)];
      expect(sum).toEqual(first);
      const replay = powerlog(words`replay ${capture} --columns all --out ${again}`);
      expect(replay.code, replay.err).toBe(0);
      expect(readFileSync(again, 'utf8')).toBe(readFileSync(out, 'utf8'));
      const report = powerlog(words`report ${capture} --json -`);
      expect(report.code, report.err).toBe(0);
      const told = JSON.parse(report.out);
      expect(told.energy_j.system).toBeCloseTo(summaryOf(folder).energy_j.system, 6);
      expect(told.board.product).toBe(readBoardFile(file).product);
      const info = powerlog(words`info --port sim:constant,board=${file}`);
      expect(info.code, info.err).toBe(0);
      expect(info.out).toContain(power);
      // It has no number among its maker's products.
      expect(info.out).toMatch(new RegExp(`^Product +${told.board.product}$`, 'm'));
    },
  );

  it('its CSV of rails is read without the file', async () => {
    const folder = scratch();
    const out = join(folder, 'run.csv');
    const recording = startRecording(folder, `sim:train,board=${talks}`, '--columns', 'rails');
    await recording.hasRows(100);
    await recording.stop();
    const before = summaryOf(folder);
    const { code, out: json, err } = powerlog(words`report ${out} --json -`);
    expect(code, err).toBe(0);
    expect(JSON.parse(json).rails.gpu.energy_j).toBeCloseTo(before.rails.gpu.energy_j, 6);
  });

  it('is sent nothing of the file where it is one of the makers', async () => {
    for (const id of ['benchlab', 'pmd2', 'wireview']) {
      const simulator = await startSimulator({ board: boardFor(id)! });
      onTestFinished(() => simulator.stop());
      for (const file of [talks, asked]) {
        const { code, err } = await startRecording(scratch(), simulator.path, '--board', file).ended();
        expect(code, err).toBe(3);
        expect(err).toMatch(/which needs no --board; nothing of the file was sent to it/);
      }
      expect(simulator.stats().unexpected).toEqual({ count: 0, first: [] });
      expect(simulator.stats().requests.sensors).toBe(0);
    }
  });

  it('is sent nothing of the file where one of the makers swallows a question or answers twice', () => {
    const table = readBoardFile(asked);
    for (const swallowed of [0, 1, 2]) {
      const model = makeBoardModel({ board: boardFor('benchlab', 6)! });
      const sent: number[] = [];
      let coming = Buffer.from(model.greeting!);
      const wire: Wire = {
        write(bytes) {
          sent.push(...bytes);
          const reply = sent.length > swallowed ? model.reply(bytes[0]!, 0) : undefined;
          if (reply) coming = Buffer.concat([coming, reply, reply]);
          return bytes.length;
        },
        read(into) {
          const count = coming.copy(into);
          coming = Buffer.alloc(0);
          return count;
        },
        drain(_, into) {
          const count = into ? coming.copy(into) : coming.length;
          coming = Buffer.alloc(0);
          return count;
        },
        listen: () => 0,
        sleep: () => 0,
      };
      if (swallowed > 0) coming = Buffer.alloc(0);
      expect(() => identifyBlocking('port', wire, table)).toThrow(/which needs no --board/);
      expect(new Set(sent)).toEqual(sent.length === 0 ? new Set() : new Set([0]));
    }
  });

  it('that sends four times a second is recorded', async () => {
    const file = join(scratch(), 'slow.json');
    writeFileSync(file, readFileSync(talks, 'utf8').replace('"expected_hz": 500', '"expected_hz": 4'));
    const recording = startRecording(scratch(), `sim:train,board=${file}`);
    await recording.hasRows(4);
    const { code, err } = await recording.stop();
    expect(code, err).toBe(0);
  });

  it('that is asked, with readings in steps of its own, does not contradict itself', () => {
    const file = join(scratch(), 'steps.json');
    writeFileSync(file, readFileSync(asked, 'utf8').replaceAll('"lsb": 0.001', '"lsb": 0.004'));
    const out = join(scratch(), 'run.csv');
    const { code, err } = powerlog(
      words`record --port sim:constant,board=${file} --duration 500ms --out ${out}`,
    );
    expect(code, err).toBe(0);
    expect(err).not.toContain('contradict');
  });

  it('is not looked for on ports that nobody named', () => {
    for (const port of ['auto', 'auto:all']) {
      const { code, err } = powerlog(
        words`record --port ${port} --board ${asked} --out ${join(scratch(), 'a.csv')}`,
      );
      expect(code).toBe(2);
      expect(err).toContain('name its port with --port');
    }
  });
});

describe("the sketch's frames, compiled", needs(compiler), () => {
  /** What stands in the CSV's rows: the numbers of their frames. */
  async function recorded(args: readonly string[], rows: number, file: string = talks) {
    const folder = scratch();
    const rig = await startRig(...args);
    const recording = startRecording(folder, rig.port, '--board', file);
    await recording.hasRows(rows);
    const result = await recording.stop();
    const told = await rig.stop();
    expect(result.code, result.err).toBe(0);
    expect(told.unexpected).toBe(0);
    const at = (name: string) => result.columns.indexOf(name);
    const numbers = result.rows.map((row) => Math.round(Number(row[at('gpu_current_a')]) * 1000));
    for (const [n, row] of result.rows.entries()) {
      const number = numbers[n]!;
      expect(Number(row[at('gpu_voltage_v')])).toBeCloseTo((9000 + (number % 1000)) * 0.00125, 2);
      expect([row[at('ssd_voltage_v')], row[at('ssd_current_a')]]).toEqual(['5.000', '0.500']);
    }
    return { result, numbers, times: result.rows.map((row) => Number(row[0])) };
  }

  it('are rows, one a frame, a frame every 2 ms of its clock, also where that begins again', async () => {
    const { numbers, times, result } = await recorded([], 2500);
    const skipped = numbers.slice(1).filter((number, n) => number !== numbers[n]! + 1).length;
    // A machine that is busy for long may have it write into a full pipe; no frame is there twice, or out of order.
    expect(numbers.every((number, n) => n === 0 || number > numbers[n - 1]!)).toBe(true);
    const spacings = times.slice(1).map((time, n) => (time - times[n]!) / (numbers[n + 1]! - numbers[n]!));
    for (const spacing of spacings) expect(spacing).toBeCloseTo(0.002, 4);
    if (skipped === 0)
      expect(result.summary.warnings.map(({ code }: { code: string }) => code)).not.toContain('short-reply');
  });

  it('have the instants of their arrival where no stamp is described', async () => {
    const file = join(scratch(), 'rig.json');
    const { talks: how, ...rest } = JSON.parse(readFileSync(talks, 'utf8'));
    const { stamp: _, ...unstamped } = how;
    writeFileSync(file, JSON.stringify({ ...rest, talks: unstamped }));
    const { numbers, times } = await recorded([], 1000, file);
    expect(numbers.every((number, n) => n === 0 || number > numbers[n - 1]!)).toBe(true);
    // What waited for a machine that was busy comes at once: more of them within one µs.
    expect(times.every((time, n) => n === 0 || time >= times[n - 1]!)).toBe(true);
  });

  it('that lost a byte are left out, and told', async () => {
    const { numbers, result } = await recorded(['--lose', '500'], 2500);
    expect(numbers.filter((number) => number % 500 === 499)).toEqual([]);
    const codes = result.summary.warnings.map(({ code }: { code: string }) => code);
    expect(codes.some((code: string) => ['short-reply', 'stray-bytes'].includes(code))).toBe(true);
  });
});

it("the page's example is the file", () => {
  const [, shown] = /```json\n([\s\S]*?)```/.exec(readFileSync('docs/own-board.md', 'utf8')) ?? [];
  expect(shown).toBe(readFileSync(talks, 'utf8'));
});

describe('what is wrong with a description is told with its line', () => {
  const whole = readFileSync(talks, 'utf8');
  /** The line of the first place where a text stands. */
  const lineOf = (text: string, json = whole) => json.slice(0, json.indexOf(text)).split('\n').length;
  const refused = (json: string) => {
    const path = join(scratch(), 'rig.json');
    writeFileSync(path, json);
    const { code, err } = powerlog(
      words`record --port sim --board ${path} --out ${join(scratch(), 'a.csv')}`,
    );
    expect(code).toBe(6);
    return err;
  };

  it.each([
    ['"crc16-ccitt"', '"md5"', 'talks.checksum: expected one of sum8, xor8, crc8, crc16-ccitt'],
    [
      '"type": "int16", "lsb": 0.001',
      '"type": "int24", "lsb": 0.001',
      'fields[2].type: expected one of uint8, int16',
    ],
    ['"nominal_v": 12', '"volts": 12', "rails[0]: unknown key 'volts'; allowed are name, title, nominal_v"],
    [
      '["ssd"]',
      '["gpu"]',
      "components.disk[0]: the rail 'gpu' already counts to 'graphics'; a rail counts once",
    ],
    [
      '"field": "clock_us"',
      '"field": "clock"',
      "talks.stamp.field: there is no field 'clock'; there are clock_us,",
    ],
    ['"sync": "A5 5A"', '"sync": "A5"', 'talks.sync: expected 2 to 8 bytes'],
    ['"ssd_current_a"', '"sda_current_a"', "rails[1]: there is no field 'ssd_current_a'"],
  ])('%s as %s', (from, to, said) => {
    const json = whole.replace(from, to);
    const err = refused(json);
    expect(err).toContain(said);
    const place = said.startsWith('rails[1]')
      ? lineOf('"title": "SSD", "nominal_v"', json)
      : lineOf(to, json);
    expect(err).toContain(`rig.json, line ${place}: `);
  });

  it.each([
    [
      '"name": "ssd_voltage_v", "type"',
      '"name": "ssd_voltage_v", "at": 6, "type"',
      "fields[1]: bytes 6 to 7 are taken by 'ssd_voltage_v', too",
    ],
    [
      '"type": "int16", "lsb": 0.001',
      '"type": "int16", "missing": 0, "lsb": 0.001',
      'fields[2].missing: a rail or wire is always measured',
    ],
    [
      '"field": "clock_us", "unit_us": 1',
      '"field": "gpu_current_a", "unit_us": 1',
      "a stamp counts up: 'gpu_current_a' is of type int16",
    ],
    ['"unit_us": 1', '"unit_us": 1000', 'a step of 1000 µs is too coarse for frames that come every 2000 µs'],
    ['"ina226-rig"', '"pmd2"', "board: 'pmd2' is a board that powerlog knows"],
    [
      '"expected_hz": 500',
      '"expected_hz": 0.5',
      'talks.expected_hz: a board that sends less than twice a second',
    ],
    [
      '{ "name": "clock_us"',
      '{ "name": "system_power_w", "type": "int16" }, { "name": "clock_us"',
      "'system_power_w' is the column of a sum",
    ],
    [
      '"accuracy_percent": 1',
      '"totals": [{ "field": "gpu_current_a", "rails": ["gpu"] }]',
      "a sum is a power: 'gpu_current_a' does not end in _w",
    ],
    [
      '"accuracy_percent": 1',
      '"faults": { "status": "clock_us", "bits": [{ "bit": 3, "name": "ocp", "title": "over-current" }] }',
      'expected a field of type uint8 or uint16, not uint32',
    ],
  ])('parts that do not fit each other: %s as %s', (from, to, said) => {
    expect(refused(whole.replace(from, to))).toContain(said);
  });

  it('is asked and talks, or neither; no JSON at all', () => {
    expect(refused(whole.replace('"talks"', '"tells"'))).toContain(
      "unknown key 'tells'; allowed are board, product",
    );
    expect(refused('{"board": "x1", "fields": [], "rails": []}')).toMatch(
      /fields: expected a voltage and a current/,
    );
    expect(refused('{"board": ')).toContain('not JSON');
  });
});
