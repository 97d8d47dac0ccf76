import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { boardFor, boards } from '#powerlog/board/catalogue.js';
import { tableCrc32 as crc32 } from '#powerlog/file/crc32.js';
import { scratch } from '../../capture/samples.js';
import { hasPseudoTerminals } from '../../simulator/pty-client.js';
import { readCsv } from '../csv.js';
import { bin, powerlog, powerlogUntil, untilRows, words } from '../run.js';

const pairs = boards.map(({ id, firmware, product }) => [`${product} ${firmware}`, id, firmware] as const);

const summaryOf = (csv: string) => JSON.parse(readFileSync(csv.replace(/\.csv$/, '.summary.json'), 'utf8'));

/** Records a simulated board until it has a few samples, and replays the capture. */
function recorded(port: string, rows = 10) {
  const folder = scratch();
  const [out, capture, again] = ['run.csv', 'run.plog', 'again.csv'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const live = powerlogUntil(
    [out],
    words`record --port ${port} --columns all --out ${out} --capture ${capture}`,
    { rows },
  );
  const replay = powerlog(words`replay ${capture} --columns all --out ${again}`);
  return { live, replay, out, capture, again, folder };
}

describe.runIf(hasPseudoTerminals)('every board and firmware', () => {
  it.each(pairs)('%s: is known, recorded, and replays to the same bytes', (_, id, firmware) => {
    const { live, replay, out, again } = recorded(`sim:train,board=${id},firmware=${firmware}`);
    expect([live.code, replay.code]).toEqual([0, 0]);
    expect(readFileSync(again, 'utf8')).toBe(readFileSync(out, 'utf8'));
    const [lived, replayed] = [summaryOf(out), summaryOf(again)];
    expect(replayed).toEqual({ ...lived, host: replayed.host });
    const { productId, commands, averaging } = boardFor(id, firmware)!;
    expect(lived.board).toMatchObject({ product_id: productId, firmware });
    if (commands.calibration) expect(lived.board.calibration.sha256).toMatch(/^[0-9a-f]{64}$/);
    else expect(lived.board.calibration).toBeNull();
    expect(lived.board.averaging_s).toBe(averaging ? 0.001 : undefined);
    const { names, rows } = readCsv(out);
    expect(rows.length).toBeGreaterThan(0);
    // 34 °C, with a decimal whatever the board counts in.
    if (id !== 'wireview') expect(rows[0]![names.indexOf('chip_temp_c')]).toMatch(/^3[0-9]\.\d$/);
    if (!id.startsWith('benchlab')) return;
    const wide = names.includes('hpwr1_w1_voltage_v');
    expect(wide).toBe(id === 'benchlab2');
    expect(names.indexOf('hpwr1_w1_voltage_v')).toBe(wide ? names.indexOf('hpwr2_power_w') + 1 : -1);
    expect(names.at(-1)).toBe(id === 'benchlab2' && firmware >= 5 ? 'fault_log' : 'fan9_duty_pct');
  });

  it('explains ± where a figure has one', () => {
    const port = 'sim:constant,board=pmd2';
    const csv = join(scratch(), 'run.csv');
    const out = ['--force', '--out', csv];
    const told = (...more: readonly string[]) => [
      powerlogUntil([csv], words`record --port ${port} ${out} ${more}`).err,
      powerlog(words`exec --port ${port} --baseline 0 ${out} ${more} -- ${untilRows(csv)}`).err,
    ];
    for (const text of told()) expect(text).toMatch(/^ {2}coverage [^±]*$/m);
    for (const text of told('--accuracy', '3%')) expect(text).toMatch(/^ {2}coverage .*; ± is 95 %$/m);
  });

  it('shows in info which firmware it is, and the calibration', () => {
    const { out, code } = powerlog(words`info --port sim:constant,board=benchlab2,firmware=5
      --calibration`);
    expect(code).toBe(0);
    expect(out).toContain('5, a draft by its maker');
    expect(out).toMatch(
      /Read by +the maker's published contract of firmware 5, and its library; not checked on hardware/,
    );
    expect(out).toMatch(/hpwr2_w6 +[+-]?\d+ +[+-]?\d+ +[+-]?\d+ +[+-]?\d+\n/);
    const json = JSON.parse(powerlog(words`info --port sim --calibration --json`).out);
    expect(Object.keys(json.board.calibration.rails)).toHaveLength(11);
    const { vin1, temp1, humidity } = json.board.calibration.probes;
    expect(vin1).toEqual({ offset: expect.any(Number), gain: expect.any(Number) });
    expect(temp1).toMatchObject({ thermistor_k: 3950 });
    expect(humidity).toBeDefined();
  });

  it('reads a firmware newer than any known as the newest, and says so once', () => {
    const { live, out } = recorded('sim:constant,firmware=9');
    expect(live.code).toBe(0);
    const codes = summaryOf(out).warnings.map(({ code }: { code: string }) => code);
    expect(codes.filter((code: string) => code === 'unknown-firmware')).toHaveLength(1);
    expect(live.err).toContain('firmware 9 is newer than this powerlog knows');
  });
});

describe.runIf(hasPseudoTerminals)('BENCHLAB 2', () => {
  it('tells of each wire, and holds their sum against the connector', () => {
    const { out } = recorded('sim:constant,board=benchlab2,imbalance=0.4');
    const { wires, rails, energy_j, power_w } = summaryOf(out);
    expect(wires).toHaveLength(12);
    expect(wires[0]).toMatchObject({
      name: 'hpwr1_w1',
      rail: 'hpwr1',
      current_a: { mean: 9.6, max: 9.6 },
      power_w: { mean: 115.2, max: 115.2 },
    });
    expect(wires[0].share).toBeCloseTo(0.4, 12);
    expect(wires[5].share).toBeCloseTo(0.12, 12);
    // hpwr2 carries nothing, so that nothing can be said of shares.
    expect(wires[6].share).toBeNull();
    expect(rails.hpwr1.wires.current_a.mean).toBeCloseTo(24, 9);
    expect(rails.hpwr1.wires.power_w.mean).toBeCloseTo(rails.hpwr1.power_w.mean, 9);
    expect(Object.keys(rails)).toHaveLength(11);
    // In no sum: a constant load is 400 W with or without them.
    expect(power_w.system).toMatchObject({ mean: 400, max: 400 });
    expect(Object.keys(energy_j)).toEqual(['system', 'cpu', 'gpu', 'motherboard']);
  });

  it('makes an event of a fault bit that rises: on the terminal, in the capture, in the summary', () => {
    const { live, replay, out, capture, again } = recorded(
      'sim:constant,board=benchlab2,raise=ocp_hpwr1_w3:100ms',
      1000, // far more than come in a tenth of a second
    );
    const said = /raises a fault: over-current of 12VHPWR 1, wire 3 \(ocp_hpwr1_w3\), at \d+\.\d{3} s/;
    expect(live.err).toMatch(said);
    const { names, rows } = readCsv(out);
    const [status, log] = ['fault_status', 'fault_log'].map((name) => names.indexOf(name)) as [
      number,
      number,
    ];
    expect(new Set(rows.map((row) => row[status]))).toEqual(new Set(['0', String(2 ** 22)]));
    expect(rows.at(-1)![log]).toBe(String(2 ** 22));
    const fault = (path: string) =>
      summaryOf(path).warnings.filter(({ code }: { code: string }) => code === 'board-fault');
    expect(fault(out)).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/once, first at .* \(ocp_hpwr1_w3, bit 22\)$/),
      }),
    ]);
    expect(replay.code).toBe(0);
    expect(fault(again)).toEqual(fault(out));
    expect(readFileSync(capture, 'latin1')).toContain('{"type":"board-fault"');
  });

  it('refuses to raise a bit that there is not, or on a board without any', () => {
    expect(powerlog(words`simulate --raise ocp_hpwr1`).code).toBe(2);
    const { code, err } = powerlog(words`record --port sim:board=benchlab2,raise=nothing --out -`);
    expect([code, err]).toEqual([2, expect.stringMatching(/bits are otp_chip, otp_temp1,/)]);
    expect(powerlog(words`record --port sim:board=benchlab3 --out -`)).toMatchObject({
      code: 2,
      err: expect.stringContaining("there is no board 'benchlab3'; there are benchlab, benchlab2"),
    });
    expect(powerlog(words`record --port sim:size=3 --out -`).err).toContain("'size' can't be set");
  });
});

describe.runIf(hasPseudoTerminals)('a name', () => {
  it('is UTF-8 as it was typed, not cut inside a character, and moves no cursor', async () => {
    const named = async (name: string) => {
      const child = spawn(process.execPath, [bin, 'simulate', '--name', name], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      onTestFinished(() => {
        child.kill('SIGKILL');
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const port = line.toString().trim();
      return [powerlog(words`info --port ${port} --json`), powerlog(words`info --port ${port}`)] as const;
    };
    const [typed, shown] = await named('Prüfstand 学 3');
    expect(JSON.parse(typed.out).board.name).toBe('Prüfstand 学 3');
    expect(shown.out).toContain('Prüfstand 学 3');
    // 31 bytes, then a character of two: the field ends inside it.
    expect(JSON.parse((await named(`${'x'.repeat(31)}é`))[0].out).board.name).toBe('x'.repeat(31));
    const [sneaky, onTerminal] = await named('a\u001b[2Jb\u009b1mc\u202ed');
    expect(JSON.parse(sneaky.out).board.name).toBe('a\ufffd[2Jb\ufffd1mc\u202ed');
    expect(onTerminal.out).toContain('a\ufffd[2Jb\ufffd1mc\\u{202e}d');
  });
});

describe('a capture from before', () => {
  it('replays as it did, but for the chip in tenths of a degree', () => {
    const out = join(scratch(), 'run.csv');
    // Written by powerlog when its header held fields alone, of a board with firmware 1.
    expect(powerlog(words`replay fixtures/early.plog --columns all --out ${out}`).code).toBe(0);
    const text = readFileSync(out, 'utf8');
    const { names, rows } = readCsv(out);
    const chip = names.indexOf('chip_temp_c');
    expect(rows.every((row) => /^\d+\.0$/.test(row[chip]!))).toBe(true);
    const early = [
      names,
      ...rows.map((row) => row.map((cell, n) => (n === chip ? cell.replace('.0', '') : cell))),
    ]
      .map((row) => `${row.join()}\n`)
      .join('');
    expect(early).not.toBe(text);
    expect(createHash('sha256').update(early).digest('hex')).toBe(
      readFileSync('fixtures/early.all.sha256', 'utf8').trim(),
    );
  });

  it('with a firmware that counted tenths already is not ten times too warm', () => {
    const capture = readFileSync('fixtures/early.plog');
    const folder = scratch();
    const [old, newer] = ['"firmware":1,', '"firmware":3,'];
    const at = capture.indexOf(old);
    expect(at).toBeGreaterThan(0);
    capture.write(newer, at);
    const bytes = 16 + capture.readUInt32LE(12);
    capture.writeUInt32LE(crc32(capture.subarray(0, bytes)), bytes);
    writeFileSync(join(folder, 'three.plog'), capture);
    const out = join(folder, 'run.csv');
    expect(powerlog(words`replay ${join(folder, 'three.plog')} --columns all --out ${out}`).code).toBe(0);
    const { names, rows } = readCsv(out);
    expect(rows[0]![names.indexOf('chip_temp_c')]).toMatch(/^3\.\d$/);
  });
});
