import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';

import { isAbsolute } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCapture } from '#powerlog/capture/open.js';
import type { CommandSummary, PhaseSummary } from '#powerlog/exec/figures/summaries.js';
import { nameBytesMax } from '#powerlog/exec/marks/mark-line.js';
import type { Summary } from '#powerlog/measure/summary.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { placesOfFile } from '../../capture/samples.js';
import { bin, powerlog, words } from '../run.js';

type ExecSummary = Summary & { readonly command: CommandSummary; readonly phases: readonly PhaseSummary[] };

const file = placesOfFile();
const hasPython = spawnSync('python3', ['--version']).status === 0;

function measured(name: string, command: readonly string[], port = 'sim') {
  const options = ['--port', port, '--baseline', '0', '--out', file(`${name}.csv`)];
  const ran = powerlog(words`exec ${options} -- ${command}`);
  const summary = JSON.parse(readFileSync(file(`${name}.summary.json`), 'utf8')) as ExecSummary;
  const told = summary.warnings.filter(({ code }) => code === 'mark').map(({ message }) => message);
  return { ...ran, summary, told };
}
const python = (name: string, program: string) => measured(name, ['python3', '-c', program]);
const phase = (summary: ExecSummary, name: string) => summary.phases.find((each) => each.name === name)!;

describe('a count that cannot be read', () => {
  it.each(['1e6', 'NaN', '-5', '1,5', '1 000', ''])('as %j costs the count, and not the mark', (count) => {
    const lines = `begin a\\nend a ${count}\\nbegin a\\nend a 3\\n`;
    const { summary, told, err } = measured('count', ['sh', '-c', `printf '${lines}' >> "$POWERLOG_MARKS"`]);
    rmSync(file('count.csv'));
    rmSync(file('count.summary.json'));
    expect(phase(summary, 'a')).toMatchObject({ times: 2, count: 3 });
    expect(phase(summary, 'a')).not.toHaveProperty('unended');
    expect(told).toEqual([expect.stringMatching(/^line 2 of the marks: the count .* left out/)]);
    expect(err).toContain(told[0]);
  });

  it.runIf(hasPython)('from Python neither', () => {
    const counts = `"abc", 10**400, 10**5000, float("nan"), float("inf"), -5, "1 2", 1e15, None, [1], Odd()`;
    const program = `
from powerlog_marks import begin, end, phase
class Odd:
    def __repr__(self): raise ValueError("odd")
for count in [${counts}]:
    begin("a"); end("a", count)
with phase("b", count="abc"): pass
begin("c"); end("c", "12")`;
    const { summary, told, code, err } = python('python-counts', program);
    expect({ code, traceback: err.includes('Traceback') }).toEqual({ code: 0, traceback: false });
    expect(phase(summary, 'a')).toMatchObject({ times: 11 });
    expect(phase(summary, 'a')).not.toHaveProperty('count');
    expect(phase(summary, 'b')).toMatchObject({ times: 1 });
    expect(phase(summary, 'c')).toMatchObject({ times: 1, count: 12 });
    expect(told).toHaveLength(11); // None is no count
    expect(told[0]).toContain(`'abc'`);
  });
});

it('a last mark that is seen when the command is gone stands at its end for all who are told of it, as in the figures', async () => {
  const capture = file('last.plog');
  const line = 'echo begin a >> $POWERLOG_MARKS; echo end a >> $POWERLOG_MARKS';
  const ran = powerlog(
    words`exec --port sim --baseline 0 --runs 5 --quiet --capture ${capture} -- sh -c ${line}`,
  );
  expect(ran.code, ran.err).toBe(0);
  const reader = await openCapture(capture);
  const events: RecordingEvent[] = [];
  for await (const block of reader.blocks()) events.push(...block.events);
  await reader.close();
  const ends = events.flatMap((event) => (event.type === 'run-end' ? [event] : []));
  expect(ends).toHaveLength(5);
  for (const { run, atNs } of ends) {
    const marks = events.flatMap((event) => (event.type === 'marks' && event.run === run ? event.marks : []));
    expect(marks).toHaveLength(2);
    for (const mark of marks) expect(mark.atNs).toBeLessThanOrEqual(atNs);
  }
});

describe('a name that only has points', () => {
  it('has the mean of the powers at them, and no energy, for certain', () => {
    // Longer in all than the second that the power stands at each of its two levels.
    const points = 'for n in 1 2 3 4 5 6 7 8; do echo \'point saved\' >> "$POWERLOG_MARKS"; sleep 0.2; done';
    const { summary } = measured('points', ['sh', '-c', points], 'sim:square');
    const { spans, power_w, energy_j, energy_uncertainty_j } = phase(summary, 'saved');
    expect(spans).toHaveLength(8);
    const { mean, min, max } = power_w.system!;
    expect(mean).toBeGreaterThan(min!);
    expect(mean).toBeLessThan(max!);
    expect([energy_j.system, energy_uncertainty_j.system]).toEqual([0, 0]);
  });
});

describe.runIf(hasPython)('@phase spans the run', () => {
  /** Marks by hand where the phase ought to begin and end. */
  const frame = `
import asyncio, time
from powerlog_marks import phase, begin, end
def inside(name): begin(name); time.sleep(0.02); end(name)
`;
  it('of a generator, which keeps its protocol', () => {
    const program = `${frame}
closed = []
@phase("all")
def numbers(first):
    try:
        got = yield first
        inside("step")
        try:
            yield got
        except KeyError:
            inside("step")
            yield "caught"
        return "returned"
    finally:
        inside("step")
        closed.append(1)
def outer():
    print((yield from numbers(1)))
running = outer()
inside("before")
print(next(running), running.send("sent"), running.throw(KeyError()))
print(list(running), closed)
inside("behind")
part = numbers(2); next(part); part.close(); print(closed)
@phase("none")
def never(): yield
never()`;
    const { summary, out, told } = python('generator', program);
    expect(out).toBe('1 sent caught\nreturned\n[] [1]\n[1, 1]\n');
    expect(told).toEqual([]);
    expect(phase(summary, 'all')).toMatchObject({ times: 2 });
    expect(phase(summary, 'all')).not.toHaveProperty('unended');
    expect(phase(summary, 'none')).toBeUndefined();
    const [first] = phase(summary, 'all').spans;
    const steps = phase(summary, 'step').spans;
    expect(steps).toHaveLength(4);
    for (const { start_s, end_s } of steps.slice(0, 3)) {
      expect(start_s).toBeGreaterThanOrEqual(first!.start_s);
      expect(end_s).toBeLessThanOrEqual(first!.end_s);
    }
    expect(phase(summary, 'before').spans[0]!.end_s).toBeLessThanOrEqual(first!.start_s);
    expect(phase(summary, 'behind').spans[0]!.start_s).toBeGreaterThanOrEqual(first!.end_s);
  });

  it('of a coroutine, also behind functools.partial and as a callable object', () => {
    const program = `${frame}
import functools, types
class Callable:
    async def __call__(self, n): await asyncio.sleep(0.01); inside("step"); return n
async def plain(n): return await Callable()(n)
@types.coroutine
def old(n): yield; inside("step"); return n
for work in phase("all")(plain), phase("all")(functools.partial(plain)), phase("all")(Callable()), phase("all")(old):
    print(asyncio.run(work(7)))`;
    const { summary, out, told } = python('coroutine', program);
    expect(out).toBe('7\n'.repeat(4));
    expect(told).toEqual([]);
    const all = phase(summary, 'all').spans;
    const steps = phase(summary, 'step').spans;
    expect([all.length, steps.length]).toEqual([4, 4]);
    all.forEach(({ start_s, end_s }, n) => {
      expect(steps[n]!.start_s).toBeGreaterThanOrEqual(start_s);
      expect(steps[n]!.end_s).toBeLessThanOrEqual(end_s);
    });
  });

  it('of an async generator, which keeps its protocol', () => {
    const program = `${frame}
@phase("all")
async def numbers(first):
    try:
        got = yield first
        inside("step")
        await asyncio.sleep(0.01)
        try:
            yield got
        except KeyError:
            inside("step")
            yield "caught"
    finally:
        await asyncio.sleep(0)
        inside("step")
async def main():
    running = numbers(1)
    print(await running.__anext__(), await running.asend("sent"), await running.athrow(KeyError()))
    print([each async for each in running])
    part = numbers(2)
    await part.__anext__()
    await part.aclose()
    async for each in numbers(3):
        print(each)
asyncio.run(main())`;
    const { summary, out, told, err } = python('async-generator', program);
    expect(err).not.toContain('Traceback');
    expect(out).toBe('1 sent caught\n[]\n3\nNone\n');
    expect(told).toEqual([]);
    expect(phase(summary, 'all')).toMatchObject({ times: 3 });
    expect(phase(summary, 'all')).not.toHaveProperty('unended');
    const steps = phase(summary, 'step').spans;
    const all = phase(summary, 'all').spans;
    expect(steps).toHaveLength(6);
    for (const step of steps)
      expect(all.some((each) => each.start_s <= step.start_s && step.end_s <= each.end_s)).toBe(true);
  });
});

describe('a long name', () => {
  const limit = (text: string, form: RegExp) => Number(form.exec(text)?.[1]);

  it('has one limit, in code and docs alike', () => {
    const module = readFileSync('src/exec/python/powerlog_marks.py', 'utf8');
    const page = readFileSync('docs/marks.md', 'utf8');
    expect(limit(module, /_NAME_BYTES_MAX = (\d+)/)).toBe(nameBytesMax);
    expect(limit(page, /name of more than (\d+) bytes/)).toBe(nameBytesMax);
  });

  const prompts = [`${'a prompt, '.repeat(60)}`, `${'äöü '.repeat(1000)}1`, `${'äöü '.repeat(1000)}2`];

  it.runIf(hasPython)('from Python is kept, or cut with a mark of it', () => {
    const program = `
import json
from powerlog_marks import phase
for name in json.loads(${JSON.stringify(JSON.stringify(prompts))}):
    with phase(name): pass`;
    const { summary, err } = python('long', program);
    expectKept(summary, err);
  });

  it('from a shell too, and from `powerlog mark`', () => {
    const line = prompts.map((prompt) => `begin ${JSON.stringify(prompt)}\nend ${JSON.stringify(prompt)}\n`);
    const shell = measured('long-shell', ['sh', '-c', `printf %s '${line.join('')}' >> "$POWERLOG_MARKS"`]);
    expectKept(shell.summary, shell.err);
    const marks = prompts.flatMap((prompt) =>
      ['begin', 'end'].map((kind) => `'${process.execPath}' '${bin}' mark ${kind} '${prompt}'`),
    );
    const marked = measured('long-mark', ['sh', '-c', marks.join('; ')]);
    expectKept(marked.summary, marked.err);
  });

  function expectKept({ phases }: ExecSummary, err: string): void {
    expect(phases).toHaveLength(3);
    expect(phases.map(({ unended }) => unended)).toEqual([undefined, undefined, undefined]);
    expect(phases[0]!.name).toBe(prompts[0]);
    for (const { name } of phases.slice(1)) {
      expect(name).toMatch(/^(äöü )+.*…[0-9a-f]{8}$/);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(nameBytesMax);
    }
    const titles = [...err.matchAll(/^ {2}(a prompt.*?|äöü .*?) {2,}\d/gm)].map(([, title]) => title!);
    expect(new Set(titles).size).toBe(3);
    for (const title of titles) expect(title.length).toBeLessThan(60);
  }
});

it('the path handed to the command is absolute, whatever TMPDIR is', () => {
  mkdirSync(file('relative/deeper'), { recursive: true });
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    [
      ...[bin, 'exec', '--port', 'sim', '--baseline', '0', '--'],
      ...['sh', '-c', 'cd /; echo begin a >> "$POWERLOG_MARKS"; echo "$POWERLOG_MARKS"'],
    ],
    { cwd: file('relative'), env: { ...process.env, TMPDIR: 'deeper' }, encoding: 'utf8' },
  );
  expect(status).toBe(0);
  expect(isAbsolute(stdout.trim())).toBe(true);
  expect(stderr).toMatch(/^ {2}a \(not ended\)/m);
});
