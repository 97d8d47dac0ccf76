import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { until } from '../../feeds/waiting.js';
import { hasPseudoTerminals } from '../../simulator/pty-client.js';
import { bin, powerlog, words } from '../run.js';

/** 24 A through one connector, 9.6 A of them through its first wire: an alarm for its current and one for its share. */
const lopsided = 'sim:constant,board=benchlab2,imbalance=0.4';
const oneAlarm = words`--port ${lopsided} --max-wire-share 100%`;

const warningsOf = (csv: string, code: string): { code: string; message: string }[] =>
  JSON.parse(readFileSync(csv.replace(/\.csv$/, '.summary.json'), 'utf8')).warnings.filter(
    (warning: { code: string }) => warning.code === code,
  );

/** Records until something has come about. */
async function recordUntil(isSo: (err: string) => boolean, args: readonly string[]) {
  const child = spawn(process.execPath, [bin, 'record', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
  });
  child.stderr.on('data', (data) => {
    err += data;
  });
  await until(async () => isSo(err));
  child.kill('SIGINT');
  const [code] = await once(child, 'close');
  return { code, out, err };
}

const linesOf = (path: string): string[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [line.trim()]))
    : [];

const places = <Name extends string>(...names: readonly Name[]): string[] => {
  const folder = scratch();
  return names.map((name) => join(folder, name));
};

/** Whether a process is there; one that has ended is a zombie where nobody waits for it. */
const runs = (pid: string): boolean => {
  try {
    return /^State:\s+[^Z]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe.runIf(hasPseudoTerminals)('record --on-alarm', () => {
  it('ends the recording, says why, and ends with a limit that was not met', () => {
    const [out] = places('run.csv') as [string];
    const { code, err } = powerlog(words`record ${oneAlarm} --on-alarm end --out ${out}`);
    expect(code).toBe(7);
    expect(err).toMatch(
      /^powerlog: 12VHPWR 1, wire 1 \(hpwr1_w1\) carries 9\.6 A, more than 9\.2 A: the recording ends, as --on-alarm asks$/m,
    );
    expect(warningsOf(out, 'wire-alarm')).toHaveLength(1);
  });

  it('runs a command with the facts, once for an alarm, and keeps standard output for the CSV', async () => {
    const [told, whole] = places('told', 'whole') as [string, string];
    const action = `echo not in the CSV; env | grep ^POWERLOG_ALARM_ | sort >> ${told}; touch ${whole}`;
    const { code, out, err } = await recordUntil(
      () => existsSync(whole),
      words`${oneAlarm} --on-alarm ${[action]} --out -`,
    );
    expect([code, out.includes('not in')]).toEqual([0, false]);
    expect(err.match(/^not in the CSV$/gm)).toHaveLength(1);
    const facts = linesOf(told).map((line) => /^POWERLOG_ALARM_(\w+)=(.*)$/.exec(line)!.slice(1));
    expect(facts).toHaveLength(12);
    expect(Object.fromEntries(facts)).toEqual({
      ...{ KIND: 'wire-current', RAIL: 'hpwr1', WIRE: 'hpwr1_w1', FAULT: '' },
      ...{ CURRENT_A: '9.600', SHARE: '0.4000', LIMIT: '9.2', BOARD: 'powerlog simulator' },
      ...{ PORT: expect.stringMatching(/^\/dev\//), TIME_S: expect.stringMatching(/^\d+\.\d{6}$/) },
      TIME: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      TEXT: '12VHPWR 1, wire 1 (hpwr1_w1) carries 9.6 A, more than 9.2 A',
    });
  });

  it('runs one at a time, each alarm after the other, those of the board too', async () => {
    const [told, lock, out] = places('told', 'lock', 'run.csv') as [string, string, string];
    const action = `mkdir ${lock} || echo two at once >> ${told}; echo $POWERLOG_ALARM_KIND $POWERLOG_ALARM_FAULT >> ${told}; sleep 0.3; rmdir ${lock}`;
    const { code } = await recordUntil(
      () => linesOf(told).length >= 3 && !existsSync(lock),
      words`--port ${`${lopsided},raise=ocp_hpwr1_w3`} --on-alarm ${[action]} --out ${out}`,
    );
    expect(code).toBe(0);
    expect(linesOf(told)).toEqual(['board-fault ocp_hpwr1_w3', 'wire-current', 'wire-share']);
    expect(warningsOf(out, 'on-alarm')).toEqual([]);
  });

  it('makes a warning of a command that fails, and no more', async () => {
    const [out] = places('run.csv') as [string];
    const { code, err } = await recordUntil(
      (told) => told.includes('failed'),
      words`--port ${lopsided} --on-alarm ${['exit 3']} --out ${out}`,
    );
    expect(code).toBe(0);
    expect(err.match(/^powerlog: --on-alarm 'exit 3' failed \(exit code 3\)/gm)).toHaveLength(1);
    expect(warningsOf(out, 'on-alarm')).toEqual([
      {
        code: 'on-alarm',
        message: expect.stringMatching(
          /^--on-alarm 'exit 3' failed \(exit code 3\) for the alarm at \d+\.\d{3} s; it failed 2 times$/,
        ),
      },
    ]);
  });

  it('holds nothing up: samples are written while the command hangs, and it is waited for at the end', async () => {
    const [pipe, told, out] = places('pipe', 'told', 'run.csv') as [string, string, string];
    spawnSync('mkfifo', [pipe]);
    const action = `touch ${told}; cat ${pipe}; echo done > ${told}`;
    const child = spawn(
      process.execPath,
      [bin, ...words`record ${oneAlarm} --on-alarm ${[action]} --out ${out} --quiet`],
      { stdio: 'ignore' },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    await until(async () => existsSync(told));
    const then = linesOf(out).length;
    await until(async () => linesOf(out).length > then + 1000);
    expect(linesOf(told)).toEqual([]);
    child.kill('SIGINT');
    const ended = once(child, 'exit');
    await (await open(pipe, 'w')).close();
    expect(await ended).toEqual([0, null]);
    expect(linesOf(told)).toEqual(['done']);
    expect(warningsOf(out, 'on-alarm')).toEqual([]);
  });

  it('ends a command that does not come to its end, and what that has started, and says so', async () => {
    const [pipe, told, out] = places('pipe', 'told', 'run.csv') as [string, string, string];
    spawnSync('mkfifo', [pipe]);
    const action = `sh -c 'echo $$ > ${told}; exec cat ${pipe}'; echo not reached > ${told}`;
    const { code } = await recordUntil(
      () => linesOf(told).length > 0,
      words`${oneAlarm} --on-alarm ${[action]} --out ${out}`,
    );
    expect(code).toBe(0);
    expect(warningsOf(out, 'on-alarm')).toEqual([
      { code: 'on-alarm', message: expect.stringMatching(/failed \(killed by SIGTERM\)/) },
    ]);
    const [pid] = linesOf(told);
    await until(async () => !runs(pid!));
  });

  it('says where there is nothing for it', () => {
    const { err } = powerlog(words`record --port sim --duration 100ms --on-alarm end --out -`);
    expect(err).toMatch(/^powerlog: BENCHLAB on \S+ measures no single wires and raises no faults/m);
  });
});

describe.runIf(hasPseudoTerminals)('exec --on-alarm', () => {
  const exec = words`exec ${oneAlarm} --baseline 0`;

  it('ends the command as Ctrl-C would, all that it has started, with its own code', () => {
    const script = 'sleep 1000; echo not reached';
    const { code, out, err } = powerlog([...exec, '--on-alarm', 'end', '--', 'bash', '-c', script]);
    expect([code, out]).toEqual([130, '']);
    expect(err).toMatch(/carries 9\.6 A, more than 9\.2 A: the command is interrupted, as --on-alarm asks$/m);
    expect(err).toContain('killed by SIGINT');
    const trap = "trap 'exit 5' INT; sleep 1000";
    expect(powerlog([...exec, '--on-alarm', 'end', '--', 'bash', '-c', trap]).code).toBe(5);
  });

  it('runs nothing more after it', () => {
    const { code, out, err } = powerlog([
      ...exec,
      ...words`--runs 3 --on-alarm end -- sh -c ${['echo one; exec sleep 1000']}`,
    ]);
    expect([code, out]).toEqual([130, 'one\n']);
    expect(err).toContain('a run was interrupted; the other 2 runs did not take place');
  });

  it('does not begin a command behind an alarm: says that it was one, and ends with a limit that was not met', () => {
    const { code, out, err } = powerlog(words`exec ${oneAlarm} --baseline 1h --on-alarm end -- echo run`);
    expect([code, out]).toEqual([7, '']);
    expect(err).toMatch(/carries 9\.6 A, more than 9\.2 A: nothing more is run, as --on-alarm asks$/m);
    expect(err).toContain(
      'an alarm came while powerlog was measuring the idle machine: the command was not run',
    );
    expect(err).not.toMatch(/SIGINT|interrupted/);
  });

  it('ends with a limit that was not met where a preparation ends well all the same', () => {
    const { code, out, err } = powerlog([
      ...exec,
      ...words`--on-alarm end --prepare ${["trap 'exit 0' INT; while :; do sleep 0.1; done"]} -- echo run`,
    ]);
    expect([code, out]).toEqual([7, '']);
    expect(err).toContain('an alarm came while --prepare');
  });

  it('runs its action beside the command, which it changes nothing of', () => {
    const told = join(scratch(), 'told');
    // The command ends when the action has told it to.
    const { code, out } = powerlog([
      ...exec,
      ...words`--on-alarm ${[`echo from the action; echo $POWERLOG_ALARM_WIRE > ${told}`]}`,
      ...['--', 'sh', '-c', `while [ ! -s ${told} ]; do sleep 0.05; done; echo its own; exit 9`],
    ]);
    expect([code, out]).toEqual([9, 'its own\n']);
    expect(readFileSync(told, 'utf8')).toBe('hpwr1_w1\n');
  });
});
