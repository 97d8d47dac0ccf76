import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calibrationDocumentSchema } from '#powerlog/schema/calibration.js';
import { summarySchema } from '#powerlog/schema/summary.js';
import { isSameProduct } from '#powerlog/session/calibration/apply.js';
import { scratch } from '../../capture/samples.js';
import { powerlog, powerlogUntil, type Ran, sampledFor, words } from '../run.js';
import { loadsA, writeLoads, writePoints } from './loads.js';

const reference = ['--reference-accuracy', '0.5%'];
const sim = 'sim:miscalibrated=eps1:1.02:50mA:0.995';
const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const summaryOf = (csv: string) => read(csv.replace('.csv', '.summary.json'));

/** Rows of a CSV by column. */
function rowsOf(path: string): Record<string, string>[] {
  const [head, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const names = head!.split(',');
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, n) => [names[n]!, cell])));
}

function inFolder() {
  const folder = scratch();
  return (name: string) => join(folder, name);
}

/** A calibration of the loads' board, beside their capture. */
function ofLoads(at: (name: string) => string): void {
  writeLoads(at('loads.plog'));
  writePoints(at('points.csv'));
  run(
    words`calibrate --recording ${at('loads.plog')} --points ${at('points.csv')} --rail eps1 ${reference} --out ${at('cal.json')}`,
  );
}

/** A calibration of a simulated board's `eps1`, from what it reads at several loads. */
function ofSim(at: (name: string) => string, port = sim, name = 'sim.cal.json', rail = 'eps1'): void {
  const rows = [0, 2, 5, 10].map((load) => {
    const board = [11.94, load * 1.02 + 0.05].map((each) => each.toFixed(3));
    return [...board, '12.000', load === 0 ? 'zero' : load.toFixed(3)].join();
  });
  writeFileSync(
    at('means.csv'),
    ['board_voltage_v,board_current_a,voltage_v,current_a', ...rows, ''].join('\n'),
  );
  run(
    words`calibrate --port ${port} --points ${at('means.csv')} --rail ${rail} ${reference} --out ${at(name)}`,
  );
}

function run(args: readonly string[]): Ran {
  const ran = powerlog(args);
  expect(ran.code, ran.err).toBe(0);
  return ran;
}

/** Records until a CSV, and others, have rows. */
function record(csvs: readonly string[], args: readonly string[]): Ran {
  const ran = powerlogUntil(csvs, words`record ${args} --out ${csvs[0]!}`);
  expect(ran.code, ran.err).toBe(0);
  return ran;
}

const codes = (summary: { warnings: { code: string }[] }) => summary.warnings.map(({ code }) => code);

it.runIf(process.platform !== 'win32')(
  'an audit holds the sensor against what the board reads with it',
  () => {
    const at = inFolder();
    ofSim(at);
    writeFileSync(at('load.sh'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 });
    const sensor = ['--with', 'exec:while :; do echo 1; sleep 0.02; done', '--load', at('load.sh')];
    run([
      ...words`audit --port ${sim} --calibration ${at('sim.cal.json')} --duration 1s --out ${at('run.csv')}`,
      ...sensor,
    ]);
    expect(summaryOf(at('run.csv')).calibration).toMatchObject({ rails: { eps1: expect.anything() } });
  },
);

describe('a capture, replayed with a calibration', () => {
  it('reads what there was, and nothing of it is changed', () => {
    const at = inFolder();
    ofLoads(at);
    const before = readFileSync(at('loads.plog'));
    run(words`replay ${at('loads.plog')} --out ${at('raw.csv')} -q`);
    run(words`replay ${at('loads.plog')} --calibration ${at('cal.json')} --out ${at('true.csv')} -q`);
    expect(readFileSync(at('loads.plog')).equals(before)).toBe(true);
    const [raw, corrected] = [rowsOf(at('raw.csv')), rowsOf(at('true.csv'))];
    expect(raw).toHaveLength(500);
    corrected.forEach((row, n) => {
      const loadA = loadsA[Math.floor(n / 100)]!;
      expect(Math.abs(Number(row.eps1_current_a) - loadA)).toBeLessThanOrEqual(0.002);
      expect(row.eps1_voltage_v).toBe('12.000');
      expect(Math.abs(Number(row.eps1_power_w) - 12 * loadA)).toBeLessThan(0.025);
      // The sum is of what stands there, and all else is as it was.
      const added = Number(row.eps1_power_w) - Number(raw[n]!.eps1_power_w);
      expect(Number(row.system_power_w)).toBeCloseTo(Number(raw[n]!.system_power_w) + added, 9);
      for (const name of Object.keys(row).filter((each) => !/^(eps1|system|cpu)_/.test(each)))
        expect(row[name]).toBe(raw[n]![name]);
    });
  });

  it('says so in its summary, with the calibration’s uncertainty where that holds', () => {
    const at = inFolder();
    ofLoads(at);
    const told = run(
      words`replay ${at('loads.plog')} --calibration ${at('cal.json')} --out ${at('true.csv')}`,
    );
    expect(told.err).toContain('eps1 calibrated by cal.json');
    const summary = summaryOf(at('true.csv'));
    expect(summarySchema.safeParse(summary).success).toBe(true);
    const { file, rails } = summary.calibration;
    expect(file).toBe('cal.json');
    expect(Object.keys(rails)).toEqual(['eps1']);
    expect(rails.eps1.current_gain).toBeCloseTo(1 / 1.02, 3);
    const { accuracy_j: accuracyJ, accuracy_share: nominal } = summary.uncertainty;
    const { cpu, gpu, system } = summary.energy_j;
    // Only eps1 carries anything of the CPU: the reference, and little else.
    expect(accuracyJ.cpu / cpu).toBeGreaterThan(0.005);
    expect(accuracyJ.cpu / cpu).toBeLessThan(0.01);
    expect(accuracyJ.gpu).toBeCloseTo(nominal * gpu, 6);
    expect(accuracyJ.system).toBeCloseTo(Math.hypot(accuracyJ.cpu, accuracyJ.gpu), 6);
    expect(system).toBeCloseTo(cpu + gpu, 6);
    run(words`replay ${at('loads.plog')} --out ${at('raw.csv')} -q`);
    expect(summaryOf(at('raw.csv')).calibration).toBeNull();
  });

  it('keeps it where a part is asked for, of the capture as of the CSV', () => {
    const at = inFolder();
    ofLoads(at);
    run(words`replay ${at('loads.plog')} --calibration ${at('cal.json')} --out ${at('true.csv')} -q`);
    const part = ['--from', '1.2s', '--to', '2.3s', '--json', '-'];
    const ofCapture = JSON.parse(
      run(words`report ${at('loads.plog')} --calibration ${at('cal.json')} ${part}`).out,
    );
    const ofCsv = JSON.parse(run(words`report ${at('true.csv')} ${part}`).out);
    expect(ofCsv.energy_j).toEqual(ofCapture.energy_j);
    expect(ofCsv.uncertainty.accuracy_j).toEqual(ofCapture.uncertainty.accuracy_j);
    expect(ofCapture.uncertainty.accuracy_j.cpu / ofCapture.energy_j.cpu).toBeLessThan(0.01);
    expect(ofCapture.calibration.file).toBe('cal.json');
  });

  it('holds for means too', () => {
    const at = inFolder();
    ofLoads(at);
    run(
      words`replay ${at('loads.plog')} --calibration ${at('cal.json')} --average 100ms --out ${at('means.csv')} -q`,
    );
    const rows = rowsOf(at('means.csv'));
    expect(Number(rows[12]!.eps1_current_a)).toBeCloseTo(loadsA[2]!, 2);
    const repaired = JSON.parse(run(words`report ${at('means.csv')} --from 0.5s --to 2s --json -`).out);
    expect(repaired.uncertainty.accuracy_j.cpu / repaired.energy_j.cpu).toBeLessThan(0.01);
  });
});

describe('a recording with a calibration', () => {
  it('replays to the same bytes without the file, and to the board’s own readings with none', () => {
    const at = inFolder();
    ofSim(at);
    record(
      [at('run.csv')],
      words`--port ${sim} --calibration ${at('sim.cal.json')} --capture ${at('run.plog')} -q`,
    );
    for (const row of rowsOf(at('run.csv')))
      expect([row.eps1_voltage_v, row.eps1_current_a, row.eps1_power_w]).toEqual([
        '12.000',
        '4.000',
        '48.000',
      ]);
    run(words`replay ${at('run.plog')} --out ${at('again.csv')} -q`);
    expect(readFileSync(at('again.csv')).equals(readFileSync(at('run.csv')))).toBe(true);
    expect(summaryOf(at('again.csv')).calibration).toEqual(summaryOf(at('run.csv')).calibration);
    run(words`replay ${at('run.plog')} --calibration none --out ${at('raw.csv')} -q`);
    for (const row of rowsOf(at('raw.csv')))
      expect([row.eps1_voltage_v, row.eps1_current_a, row.eps1_power_w]).toEqual([
        '11.940',
        '4.130',
        '49.312',
      ]);
    expect(summaryOf(at('raw.csv')).calibration).toBeNull();
    // A capture played as a board is as it was recorded.
    run(words`record --port ${at('run.plog')} --out ${at('paced.csv')} -q`);
    expect(rowsOf(at('paced.csv'))[0]!.eps1_power_w).toBe('48.000');
  });

  it('holds wires against what their connector itself read, live and replayed', () => {
    const at = inFolder();
    const port = 'sim:constant,board=benchlab2,imbalance=0.246';
    ofSim(at, port, 'hpwr1.cal.json', 'hpwr1');
    const live = record(
      [at('run.csv')],
      words`--port ${port} --calibration ${at('hpwr1.cal.json')} --capture ${at('run.plog')}`,
    );
    const replayed = run(words`replay ${at('run.plog')} --out ${at('again.csv')}`);
    for (const { err } of [live, replayed]) expect(err).not.toContain("of its connector's current");
    for (const name of ['run.csv', 'again.csv']) {
      const summary = summaryOf(at(name));
      // The connector is said to carry less than it read, of which its first wire would be more than a quarter.
      const [first] = summary.wires;
      expect(first.current_a.mean / (summary.rails.hpwr1.power_w.mean / 12)).toBeGreaterThan(0.25);
      expect(first.share).toBeCloseTo(0.246, 3);
      expect(first.share_max).toBeCloseTo(0.246, 3);
      expect(codes(summary)).not.toContain('wire-alarm');
    }
  });

  it('has it in the phases of a command, as in the whole', () => {
    const at = inFolder();
    ofSim(at);
    const shell = `echo begin work >> $POWERLOG_MARKS; ${sampledFor(at('run.csv'))}; echo end work >> $POWERLOG_MARKS`;
    run(
      words`exec --port ${sim} --calibration ${at('sim.cal.json')} --baseline 0 --out ${at('run.csv')} --capture ${at('run.plog')} -q -- sh -c ${[shell]}`,
    );
    const summary = summaryOf(at('run.csv'));
    const [phase] = summary.phases;
    for (const component of ['system', 'cpu', 'gpu']) {
      const share = summary.uncertainty.accuracy_j[component] / summary.energy_j[component];
      expect(phase.uncertainty.accuracy_j[component] / phase.energy_j[component]).toBeCloseTo(share, 6);
    }
    expect(Object.keys(phase.energy_j)).toEqual(['system', 'cpu', 'gpu', 'motherboard']);
    expect(summary.uncertainty.accuracy_j.cpu / summary.energy_j.cpu).toBeLessThan(0.01);
    run(words`replay ${at('run.plog')} --out ${at('again.csv')} -q`);
    expect(summaryOf(at('again.csv')).phases).toEqual(summary.phases);
    // Made again from the rows, beside the summary that knows of it.
    const whole = readFileSync(at('run.csv'), 'utf8');
    writeFileSync(at('run.csv'), whole.slice(0, -20));
    run(words`repair ${at('run.csv')}`);
    expect(summaryOf(at('run.csv')).calibration).toEqual(summary.calibration);
  });

  it('of several boards corrects each by its own', () => {
    const at = inFolder();
    ofSim(at);
    ofSim(at, `${sim},seed=2`, 'other.cal.json');
    const ports = ['--port', sim, '--port', sim];
    record(
      [at('run.csv'), at('run.powerlog-simulator-2.csv')],
      words`${ports} --calibration ${at('other.cal.json')} -q`,
    );
    const { tracks, calibration } = summaryOf(at('run.csv'));
    expect(calibration).toBeNull();
    expect(tracks.map((track: { calibration: { file: string } | null }) => track.calibration?.file)).toEqual([
      undefined,
      'other.cal.json',
    ]);
    expect(rowsOf(at('run.csv'))[0]!.eps1_power_w).toBe('49.312');
    expect(rowsOf(at('run.powerlog-simulator-2.csv'))[0]!.eps1_power_w).toBe('48.000');
  });

  it('warns where the board has changed since, and where the points left something open', () => {
    const at = inFolder();
    ofSim(at);
    record([at('old.csv')], words`--port ${`${sim},firmware=5`} --calibration ${at('sim.cal.json')} -q`);
    const { warnings } = summaryOf(at('old.csv'));
    expect(warnings.map((each: { code: string }) => each.code)).toContain('calibration-stale');
    expect(JSON.stringify(warnings)).toContain('firmware 6 then, 5 now');
    writeFileSync(at('means.csv'), 'board_current_a,current_a\n4.13,4.000\n');
    run(
      words`calibrate --port ${sim} --points ${at('means.csv')} --rail eps1 ${reference} --out ${at('one.cal.json')}`,
    );
    record([at('one.csv')], words`--port ${sim} --calibration ${at('one.cal.json')} -q`);
    const one = summaryOf(at('one.csv'));
    expect(codes(one)).toContain('calibration-partial');
    expect(codes(one)).not.toContain('calibration-stale');
    expect(rowsOf(at('one.csv'))[0]!.eps1_current_a).toBe('4.000');
    expect(one.uncertainty.accuracy_j.cpu).toBeCloseTo(0.03 * one.energy_j.cpu, 9);
    writeFileSync(at('means.csv'), 'board_current_a,current_a\n4.13,4\n');
    run(
      words`calibrate --port ${sim} --points ${at('means.csv')} --rail eps1 ${reference} --out ${at('one.cal.json')} --force`,
    );
    record([at('poor.csv')], words`--port ${sim} --calibration ${at('one.cal.json')} -q`);
    const poor = summaryOf(at('poor.csv'));
    // Of eps1 14 % are not known, since the meter showed no digit behind the point.
    expect(codes(poor)).toContain('calibration-partial');
    expect(poor.uncertainty.accuracy_j.cpu).toBeGreaterThan(0.13 * poor.rails.eps1.energy_j);
  });

  it.each([
    ['wireview', ['no-accuracy']],
    ['pmd2', []],
  ])('makes known what the maker of a %s does not publish, and its own totals no liars', (board, gone) => {
    const at = inFolder();
    const port = `sim:board=${board},miscalibrated=hpwr1:1.2:500mA`;
    writeFileSync(
      at('means.csv'),
      'board_voltage_v,board_current_a,voltage_v,current_a\n12.000,0.500,12.000,zero\n12.000,12.500,12.000,10.000\n12.000,24.500,12.000,20.000\n',
    );
    run(
      words`calibrate --port ${port} --points ${at('means.csv')} --rail hpwr1 ${reference} --out ${at('cal.json')}`,
    );
    const recorded = (name: string, ...more: string[]) => {
      record([at(name)], words`--port ${port} ${more} -q`);
      return summaryOf(at(name));
    };
    const [raw, corrected] = [recorded('raw.csv'), recorded('true.csv', '--calibration', at('cal.json'))];
    expect(codes(raw)).toContain('no-accuracy');
    expect(raw.uncertainty.accuracy_j.gpu).toBeNull();
    for (const code of [...gone, 'totals-disagree']) expect(codes(corrected)).not.toContain(code);
    expect(corrected.rails.hpwr1.power_w.mean).toBeCloseTo(288, 1);
    if (board === 'wireview')
      expect(corrected.energy_uncertainty_j.system / corrected.energy_j.system).toBeLessThan(0.01);
    else expect(codes(raw)).toContain('totals-disagree');
  });

  it('joins no recording that went through another', () => {
    const at = inFolder();
    ofLoads(at);
    writeLoads(at('loads.plog'));
    const raw = readFileSync(at('loads.plog'));
    run(
      words`record --port ${at('loads.plog')} --calibration ${at('cal.json')} --capture ${at('true.plog')} -q`,
    );
    writeFileSync(at('both.plog'), Buffer.concat([readFileSync(at('true.plog')), raw]));
    const ran = powerlog(words`replay ${at('both.plog')} --out ${at('both.csv')}`);
    expect(ran.code).toBe(6);
    expect(ran.err).toContain('the calibration of its rails is another');
  });
});

describe('a calibration that cannot be applied', () => {
  /** What comes of one in which a value stands where the path leads; objects are added to what is there. */
  const changed = ([path, value]: readonly [path: string, value: unknown]) => {
    const at = inFolder();
    ofLoads(at);
    const document = read(at('cal.json'));
    const steps = path.split('.');
    const last = steps.pop()!;
    const holder = steps.reduce((inner, step) => inner[step], document);
    if (value === 'eps1') holder[last] = holder.eps1;
    else if (path === 'rails.eps1') Object.assign(holder[last], value);
    else holder[last] = value;
    writeFileSync(at('cal.json'), JSON.stringify(document));
    return powerlog(words`replay ${at('loads.plog')} --calibration ${at('cal.json')} -q`);
  };
  const cases: readonly (readonly [string, readonly [path: string, value: unknown], string])[] = [
    ['of another board', ['board.uid', 'A'.repeat(24)], 'and a calibration holds for one board alone'],
    [
      'of another product of that UID',
      ['board.product_id', 17],
      'and a calibration holds for one board alone',
    ],
    ['of no whole bytes', ['board.uid', 'ABC'], 'board.uid: expected a board'],
    ['of another format', ['schema', 'powerlog.calibration/2'], "schema: expected 'powerlog.calibration/1'"],
    [
      'with a gain that is none',
      ['rails.eps1.current.gain', 0],
      'rails.eps1.current.gain: expected a gain from 0.5 to 2',
    ],
    [
      'with a text for a number',
      ['rails.eps1.voltage.fit.gain', '1'],
      'rails.eps1.voltage.fit.gain: expected a number',
    ],
    ['without a rail', ['rails', {}], 'rails: expected at least one rail'],
    ['of a rail that is not there', ['rails.eps9', 'eps1'], 'rails.eps9: the board has no such rail'],
    [
      'of nothing',
      ['rails.eps1', { voltage: null, current: null }],
      'rails.eps1: expected a voltage, a current, or both',
    ],
  ];
  it.each(cases)('is told, and what is allowed: one %s', (_, change, message) => {
    const ran = changed(change);
    expect(ran.err).toContain(message);
    expect(ran.code).toBe(6);
  });

  it.each([
    ['one byte', '0a', true],
    ['64 bytes', 'AB'.repeat(64), true],
    ['65 bytes', 'AB'.repeat(65), false],
  ])('has a UID of 1 to 64 bytes, as boards of one’s own have: %s', (_, boardUid, isOne) => {
    const at = inFolder();
    ofLoads(at);
    const document = read(at('cal.json'));
    document.board.uid = boardUid;
    expect(calibrationDocumentSchema.safeParse(document).success).toBe(isOne);
  });

  it('is of one product alone, and of those of one’s own by their names', () => {
    const [one, other] = [16, 17].map((product_id) => ({ product: 'a', product_id }));
    const [own, another] = ['rig', 'bench'].map((product) => ({ product, product_id: 0 }));
    expect(isSameProduct(one!, other!)).toBe(false);
    expect(isSameProduct(one!, { ...one!, product: 'as a newer powerlog calls it' })).toBe(true);
    expect(isSameProduct(own!, another!)).toBe(false);
    expect(isSameProduct(own!, { ...own! })).toBe(true);
  });

  it('is added to by no other product of its board’s UID', () => {
    const at = inFolder();
    ofSim(at);
    const ran = powerlog(
      words`calibrate --port ${`${sim},board=benchlab2`} --points ${at('means.csv')} --rail eps1 ${reference} --force --out ${at('sim.cal.json')}`,
    );
    expect(ran.code).toBe(6);
    expect(ran.err).toContain('is of a BENCHLAB, and this is a BENCHLAB 2');
  });

  it('is told: none that is JSON, one that is not there, and one beside none', () => {
    const at = inFolder();
    ofLoads(at);
    writeFileSync(at('bad.json'), '{"schema": ');
    const replay = (...names: string[]) =>
      powerlog([
        ...words`replay ${at('loads.plog')} -q`,
        ...names.flatMap((each) => ['--calibration', each]),
      ]);
    expect(replay(at('bad.json'))).toMatchObject({ code: 6, err: expect.stringContaining('not JSON') });
    expect(replay(at('no.json'))).toMatchObject({ code: 6, err: expect.stringContaining('no such file') });
    expect(replay('none', at('cal.json'))).toMatchObject({ code: 2 });
    expect(replay(at('cal.json'), at('cal.json'))).toMatchObject({
      code: 6,
      err: expect.stringContaining('are of the same board'),
    });
  });

  it('is told: rows, which hold values already', () => {
    const at = inFolder();
    ofLoads(at);
    run(words`replay ${at('loads.plog')} --out ${at('run.csv')} -q`);
    const ran = powerlog(words`report ${at('run.csv')} --calibration ${at('cal.json')}`);
    expect(ran.code).toBe(6);
    expect(ran.err).toContain('apply it to the capture');
  });

  it('is never an output', () => {
    const at = inFolder();
    ofLoads(at);
    const ran = powerlog(
      words`replay ${at('loads.plog')} --calibration ${at('cal.json')} --out ${at('cal.json')} --force`,
    );
    expect(ran.code).toBe(2);
    expect(read(at('cal.json')).schema).toBe('powerlog.calibration/1');
  });

  it('keeps no command from running where its board is away', () => {
    const at = inFolder();
    ofLoads(at);
    const ran = powerlog(
      words`exec --port ${at('gone')} --calibration ${at('cal.json')} --baseline 0 -q -- sh -c ${['exit 3']}`,
    );
    expect(ran.code, ran.err).toBe(3);
    expect(ran.err).toContain('runs unmeasured');
  });
});
