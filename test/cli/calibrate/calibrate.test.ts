import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { header, scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { bin, powerlog, words } from '../run.js';
import { loadsA, misread, uid, writeLoads, writePoints } from './loads.js';

const reference = ['--reference-accuracy', '0.5%'];

/** A folder with a capture of loads, and what a meter showed of them. */
function bench() {
  const folder = scratch();
  const [plog, points, cal] = ['loads.plog', 'points.csv', 'bench.cal.json'].map((name) =>
    join(folder, name),
  );
  writeLoads(plog!);
  writePoints(points!);
  return { folder, plog: plog!, points: points!, cal: cal! };
}

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

describe('a rail, held against a meter in a recording', () => {
  it('is found in gain and offset, and kept with the board that it is of', () => {
    const { plog, points, cal } = bench();
    const ran = powerlog(
      words`calibrate --recording ${plog} --points ${points} --rail eps1 ${reference} --reference Fluke --out ${cal}`,
    );
    expect(ran.code, ran.err).toBe(0);
    const { schema, board, rails } = read(cal);
    expect(schema).toBe('powerlog.calibration/1');
    expect(board.uid).toBe(uid);
    const { voltage, current, points: told, reference: who } = rails.eps1;
    expect(Math.abs(current.gain - 1 / misread.gain)).toBeLessThan(current.fit.gain);
    expect(Math.abs(current.offset_a + misread.offsetMa / 1000 / misread.gain)).toBeLessThan(
      current.fit.offset_a,
    );
    expect(voltage.gain).toBeCloseTo(1 / misread.voltageGain, 6);
    expect(told.map((each: { current_a: number }) => each.current_a)).toEqual(loadsA);
    expect(who).toBe('Fluke');
    expect(ran.err).toContain('eps1, held against Fluke');
  });

  it('comes beside others of the same board, and again only where that is asked for', () => {
    const { plog, points, cal } = bench();
    const of = (rail: string, ...more: string[]) =>
      powerlog(
        words`calibrate --recording ${plog} --points ${points} --rail ${rail} ${reference} --out ${cal} ${more}`,
      );
    expect(of('eps1').code).toBe(0);
    const before = readFileSync(cal, 'utf8');
    const again = of('eps1');
    expect(again.code).toBe(2);
    expect(again.err).toContain('holds eps1 already');
    expect(readFileSync(cal, 'utf8')).toBe(before);
    expect(of('eps1', '--force').code).toBe(0);
    writeFileSync(points, 'from_s,to_s,voltage_v,current_a\n0.1,2.4,12.1,2.05\n');
    const second = of('hpwr1');
    expect(second.code, second.err).toBe(0);
    expect(second.err).toContain('only one load was compared');
    expect(Object.keys(read(cal).rails)).toEqual(['eps1', 'hpwr1']);
  });

  it('of another board is not added', () => {
    const { folder, plog, points, cal } = bench();
    const other = join(folder, 'other.plog');
    writeLoads(other, { board: { ...header.board, uid: 'F'.repeat(24) } });
    const of = (path: string) =>
      powerlog(
        words`calibrate --recording ${path} --points ${points} --rail eps1 ${reference} --out ${cal} --force`,
      );
    expect(of(plog).code).toBe(0);
    const before = readFileSync(cal, 'utf8');
    const ran = of(other);
    expect(ran.code).toBe(6);
    expect(ran.err).toContain(`is of the board ${uid}, and this is FFFF`);
    expect(readFileSync(cal, 'utf8')).toBe(before);
  });

  it.each([
    ['from_s,to_s,volts\n0,1,12\n', "line 1: 'volts' is none of the columns"],
    ['from_s,voltage_v\n0,12\n', 'line 1: it lacks to_s'],
    ['from_s,to_s\n0,1\n', 'line 1: it lacks voltage_v or current_a'],
    [
      'from_s,to_s,current_a\n0,1,eight\n',
      "line 2: current_a: 'eight' is not a number such as 8.02, or zero",
    ],
    ['from_s,to_s,current_a\n1,1,8\n', 'line 2: from_s and to_s'],
    ['from_s,to_s,current_a\n0,1\n', 'line 2: 2 cells below 3 names'],
    ['from_s,to_s,current_a\n0,1,\n', 'line 2: neither voltage_v nor current_a'],
    ['from_s,to_s,current_a\n', 'has no points'],
    ['from_s,to_s,current_a\n90,91,8\n', 'line 2: from 90.000 to 91.000 s, and '],
    ['from_s,to_s,current_a\n\n0.1,0.4,1\n2.1,9,10\n', 'line 4: from 2.100 to 9.000 s, and '],
    ['from_s,to_s,current_a\n2.1,9,10\n', 'holds 0.000 to 2.495 s'],
    ['from_s,to_s,current_a\n-1,0.4,1\n', 'line 2: from -1.000 to 0.400 s, and '],
    [
      'board_current_a,current_a\n1,1\n',
      "line 1: 'board_current_a' is none of the columns; with --recording",
    ],
    [
      'from_s,to_s,current_a\n0.1,0.4,1\n2.1,2.4,80\n',
      'the current would be 7.745 times what the board reads',
    ],
  ])('says what is wrong with a points file: %j', (text, message) => {
    const { plog, points, cal } = bench();
    writeFileSync(points, text);
    const ran = powerlog(
      words`calibrate --recording ${plog} --points ${points} --rail eps1 ${reference} --out ${cal}`,
    );
    expect(ran.code).toBe(6);
    expect(ran.err).toContain(message);
    expect(existsSync(cal)).toBe(false);
  });

  it.each([
    [['--rail', 'eps9', ...reference], 2, "no rail 'eps9'; it has eps1"],
    [['--rail', 'eps1'], 2, "required option '--reference-accuracy"],
    [['--rail', 'eps1', '--reference-accuracy', '30%'], 2, 'is not how accurate a reference is'],
    [['--rail', 'eps1', '--reference-accuracy', '1%,1%,1%'], 2, 'is not how accurate a reference is'],
    [['--rail', 'eps1', ...reference, '--zero'], 2, '--zero is asked for at the bench'],
  ])('says what is wrong with %j', (args, code, message) => {
    const { plog, points, cal } = bench();
    const ran = powerlog(words`calibrate --recording ${plog} --points ${points} --out ${cal} ${args}`);
    expect(ran.err).toContain(message);
    expect(ran.code).toBe(code);
    expect(existsSync(cal)).toBe(false);
  });
});

describe('a rail, held against what is typed', () => {
  const sim = 'sim:miscalibrated=eps1:1.02:50mA:0.995';
  const atSim = (cal: string, ...more: string[]) =>
    words`calibrate --port ${sim} --rail eps1 ${reference} --sample 100ms --out ${cal} ${more}`;

  it('takes lines from a pipe, tells of one that it cannot read, and ends with an empty one', () => {
    const cal = join(scratch(), 'bench.cal.json');
    const ran = powerlog(atSim(cal), Buffer.from('12.000 V 4.000 A\nfour\n12.00V, 4000 mA\n\n5 A\n'));
    expect(ran.code, ran.err).toBe(0);
    expect(ran.err).toContain("'four' is not what a meter shows");
    expect(ran.err).toContain('point 2: the board says 11.9400 V, 4.1300 A');
    expect(ran.err).toContain('only one load was compared');
    const { points, current } = read(cal).rails.eps1;
    expect(points).toHaveLength(2);
    expect(current.gain).toBeCloseTo(4 / 4.13, 6);
    expect(current.fit).toBeNull();
  });

  it('waits for samples where the machine has better to do than to take some: no board went away', () => {
    const cal = join(scratch(), 'bench.cal.json');
    const late = fileURLToPath(new URL('../preload/late-sampling.cjs', import.meta.url));
    const ran = powerlog(atSim(cal), Buffer.from('12 V 4.000 A\n\n'), { NODE_OPTIONS: `--require ${late}` });
    expect(ran.code, ran.err).toBe(0);
  });

  it('takes the zero first, which needs no meter', () => {
    const cal = join(scratch(), 'bench.cal.json');
    const idle = words`calibrate --port ${'sim:miscalibrated=pcie1:1:-9mA'} --rail pcie1 ${reference}`;
    const ran = powerlog([...idle, ...words`--sample 100ms --zero --out ${cal}`], Buffer.from('\n\n'));
    expect(ran.code, ran.err).toBe(0);
    expect(read(cal).rails.pcie1.current).toMatchObject({ offset_a: 0.009, gain: 1, gain_uncertainty: null });
  });

  it.each([
    [
      'points that contradict each other',
      [],
      '12 V 4 A\n12 V 5 A\n\n',
      6,
      'points 1 and 2 contradict each other',
    ],
    ['a zero under load', ['--zero'], '\n12 V 4 A\n\n', 6, '--zero: the board reads 4.130 A'],
    ['a typed zero under load', [], 'zero\n\n', 2, 'not taken as zero: the board reads 4.130 A'],
    ['another unit', [], '4.00 mA\n\n', 6, 'the current would be 0.001 times what the board reads'],
  ])('writes nothing of %s', (_, more, typed, code, message) => {
    const cal = join(scratch(), 'bench.cal.json');
    const ran = powerlog(atSim(cal, ...more), Buffer.from(typed));
    expect(ran.err).toContain(message);
    expect(ran.err).not.toContain('rails.');
    expect(ran.code).toBe(code);
    expect(existsSync(cal)).toBe(false);
  });

  it.each([
    ['sim:train,board=powersensor3', 'eps1', 'the PowerSensor3 '],
    ['sim:board=docs/own-board/ina226.json', 'gpu', 'the INA226 rig at '],
  ])('is bound to no board that tells no UID: %s', (port, rail, product) => {
    const cal = join(scratch(), 'bench.cal.json');
    const ran = powerlog(words`calibrate --port ${port} --rail ${rail} ${reference} --out ${cal}`);
    expect(ran.err).toContain(product);
    expect(ran.err).toContain(
      'tells no UID: a calibration, which holds for one board alone, cannot be bound',
    );
    expect(ran.code).toBe(6);
  });

  it.each(['', '\n'])('writes nothing where nothing was typed: %j', (typed) => {
    const cal = join(scratch(), 'bench.cal.json');
    const ran = powerlog(atSim(cal), Buffer.from(typed));
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('nothing was compared');
    expect(existsSync(cal)).toBe(false);
  });

  const typing = (seen: string, typed: string, cal: string) =>
    spawnSync('python3', ['test/cli/in-terminal.py', seen, typed, process.execPath, bin, ...atSim(cal)], {
      encoding: 'utf8',
    });

  it('asks on a terminal, and shows what the rail reads', needs(python), () => {
    const cal = join(scratch(), 'bench.cal.json');
    const { stdout, status } = typing('4.130 A | point 1: ', '12.000 V 4.000 A\\r\\r', cal);
    expect(status, stdout).toBe(0);
    expect(stdout).toContain('eps1 reads 11.940 V 4.130 A | point 1: ');
    expect(stdout).toContain('point 1: the board says 11.9400 V, 4.1300 A');
    expect(read(cal).rails.eps1.voltage.gain).toBeCloseTo(12 / 11.94, 6);
  });

  it('leaves nothing behind where it is ended by a signal', async () => {
    const cal = join(scratch(), 'bench.cal.json');
    const child = spawn(process.execPath, [bin, ...atSim(cal)], { stdio: ['pipe', 'ignore', 'pipe'] });
    child.stdin.write('12.000 V 4.000 A\n');
    let said = '';
    for await (const piece of child.stderr) {
      said += piece;
      if (said.includes('point 1: ')) child.kill('SIGTERM');
    }
    if (child.exitCode === null) await once(child, 'exit');
    expect(child.exitCode, said).toBe(130);
    expect(existsSync(cal)).toBe(false);
  });

  it('leaves nothing behind where it is interrupted', needs(python), () => {
    const cal = join(scratch(), 'bench.cal.json');
    const { status } = typing('point 1: ', '\\x03', cal);
    expect(status).toBe(130);
    expect(existsSync(cal)).toBe(false);
  });
});
