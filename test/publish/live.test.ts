import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unpackPiece } from '#powerlog/draw/packing.js';
import type { LiveRun, ServedHead } from '#powerlog/draw/served.js';
import { scratch } from '../capture/samples.js';
import { words } from '../cli/run.js';
import { askJson, askMeasure, askPiece, type Message, messagesOf, openStream } from './client.js';
import { start } from './started.js';

type State = Extract<ServedHead, { kind: 'state' }>;

/** Follows a live page's stream up to its end, or as long as `goesOn` says. */
async function follow(
  url: string,
  goesOn: (state: State, heard: Message[]) => unknown = () => true,
): Promise<{ states: State[]; heard: Message[] }> {
  const stream = await openStream(url);
  const messages = messagesOf(stream);
  const heard: Message[] = [];
  for (;;) {
    heard.push(await messages.next());
    const state = heard.at(-1)!.head as State;
    if (state.end !== null || !goesOn(state, heard)) break;
  }
  stream.close();
  return { states: heard.map(({ head }) => head as State), heard };
}

const runOf = (state: State, n = 0): LiveRun => state.runs[n]!;

/** What was pushed of one series, interval by interval, of those that came more than once the last. */
function pushed(heard: readonly Message[], series: number) {
  const found = new Map<
    number,
    { minMw: number; maxMw: number; fromJ: number; toJ: number; endUs: number }
  >();
  for (const { pieces } of heard) {
    const [buffer] = pieces;
    if (!buffer) continue;
    const piece = unpackPiece(buffer);
    if (piece.kind !== 'intervals') throw new Error('samples were pushed');
    const { startUs, intervalUs, count } = piece.grid;
    const { minMw, maxMw, energyJ } = piece.series[series]!;
    for (let n = 0; n < count; n++)
      found.set(startUs + n * intervalUs, {
        ...{ minMw: minMw[n]!, maxMw: maxMw[n]!, fromJ: energyJ[n]!, toJ: energyJ[n + 1]! },
        endUs: startUs + (n + 1) * intervalUs,
      });
  }
  return [...found].sort(([a], [b]) => a - b).map(([startUs, interval]) => ({ startUs, ...interval }));
}

describe('live', () => {
  it('prints its address alone, shows what comes, keeps nothing, and says that it was stopped', async () => {
    const { url: address, stop, out, err } = start(['live', '--port', 'sim:square']);
    const url = await address;
    let stopped: Promise<number | null> | undefined;
    const { states, heard } = await follow(url, (state) => {
      if ((runOf(state).samples ?? 0) > 1000) stopped ??= stop();
      return true;
    });
    expect(await stopped).toBe(0);
    expect(out()).toBe(`${url}\n`);
    expect(err()).toContain('system');
    const last = states.at(-1)!;
    expect(last).toMatchObject({ whole: true, end: { reason: 'stopped' } });
    const { samples, energyJ, endUs, summary } = runOf(last);
    expect(samples).toBe(summary!.samples);
    expect(Math.max(...states.map((state) => runOf(state).rateHz ?? 0))).toBeGreaterThan(10);
    const powers = new Set(states.map((state) => runOf(state).powerMw[0] ?? null));
    expect([...powers].filter((mw) => mw !== null && mw !== 120_000 && mw !== 500_000)).toEqual([]);
    expect(powers.has(120_000) || powers.has(500_000)).toBe(true);
    expect(energyJ[0]).toBeCloseTo(summary!.energy_j.system!, 9);
    const intervals = pushed(heard, 0);
    expect(intervals.at(-1)!.endUs).toBeGreaterThan(endUs!);
    expect(intervals.at(-1)!.toJ).toBeCloseTo(energyJ[0]!, 6);
    for (const [n, { startUs, fromJ }] of intervals.slice(1).entries()) {
      expect(startUs).toBe(intervals[n]!.endUs);
      expect(fromJ).toBeCloseTo(intervals[n]!.toJ, 9);
    }
  });

  it('gives the whole recording to scroll back and to measure, while it runs', async () => {
    const url = await start(['live', '--port', 'sim:constant']).url;
    await follow(url, (state) => (runOf(state).endUs ?? 0) < (runOf(state).startUs ?? 0) + 800_000);
    const { runs, mode } = await askJson(url, '/api/document');
    expect(mode).toBe('live');
    expect(runs[0].series.slice(0, 4).map(({ name }: { name: string }) => name)).toEqual([
      ...['system', 'cpu', 'gpu', 'motherboard'],
    ]);
    const piece = await askPiece(url, 'run0', 0, runs[0].endUs, 50);
    if (piece.kind !== 'intervals') throw new Error('samples');
    expect(piece.grid.startUs).toBe(0);
    expect(new Set(piece.series[0]!.minMw).has(400_000)).toBe(true);
    const [from, to] = [100_000, 600_000].map((us) => runs[0].startUs + us) as [number, number];
    const { energyJ, minW, maxW, meanW, uncertaintyJ } = await askMeasure(url, 'run0', from, to);
    expect(energyJ[0]).toBeCloseTo(200, 6);
    expect([minW[0], maxW[0]]).toEqual([400, 400]);
    expect(meanW[0]).toBeCloseTo(400, 6);
    // 3 % of it, and nothing else of a power that stays.
    expect(uncertaintyJ[0]).toBeCloseTo(6, 3);
  });

  it('shows several boards beside each other', async () => {
    const { url, stop } = start(words`live --port sim:square --port sim:constant`);
    let stopped: Promise<number | null> | undefined;
    const { states } = await follow(await url, (state) => {
      if ([0, 1].every((n) => (runOf(state, n).energyJ[0] ?? 0) > 100)) stopped ??= stop();
      return true;
    });
    expect(await stopped).toBe(0);
    expect(states.at(-1)!.runs.map(({ run }) => run)).toEqual(['run0', 'run1']);
    expect(states.at(-1)!.end).toEqual({ reason: 'stopped', text: 'it was stopped' });
  });

  it('says that its time is over', async () => {
    const url = await start(words`live --port sim:constant --duration 10s`).url;
    const { states } = await follow(url);
    expect(states.at(-1)!.end).toEqual({ reason: 'duration', text: 'its time is over' });
  });
});

describe('record --live', () => {
  it('shows on the page what its files hold', async () => {
    const folder = scratch();
    const csv = join(folder, 'run.csv');
    const {
      url: address,
      stop,
      err,
      out,
    } = start(words`record --live --port sim:train --out ${csv} --quiet`, 'stderr');
    const url = await address;
    let stopped: Promise<number | null> | undefined;
    const { states, heard } = await follow(url, (state) => {
      if (runOf(state).samples > 2500) stopped ??= stop();
      return true;
    });
    expect(await stopped).toBe(0);
    expect(err()).toBe(`${url}\n`);
    expect(out()).toBe('');
    const summary = JSON.parse(readFileSync(join(folder, 'run.summary.json'), 'utf8'));
    const last = runOf(states.at(-1)!);
    const { energy_j, samples, coverage, power_w, gaps } = last.summary as typeof summary;
    expect({ energy_j, samples, coverage, power_w, gaps }).toEqual({
      energy_j: summary.energy_j,
      samples: summary.samples,
      coverage: summary.coverage,
      power_w: summary.power_w,
      gaps: summary.gaps,
    });
    expect(last.gaps).toHaveLength(summary.gaps.length);
    const rows = readFileSync(csv, 'utf8').trimEnd().split('\n').slice(1);
    const powers = rows.map((row) => Math.round(Number(row.split(',')[2]) * 1000));
    const intervals = pushed(heard, 0);
    const firstUs = intervals[0]!.startUs;
    const first = rows.findIndex((row) => Number(row.split(',')[0]) * 1e6 >= firstUs);
    const [seen, around] = [powers.slice(first), powers.slice(Math.max(first - 1, 0))];
    const known = intervals.filter(({ minMw }) => !Number.isNaN(minMw));
    const [low, high] = [
      Math.min(...known.map(({ minMw }) => minMw)),
      Math.max(...known.map(({ maxMw }) => maxMw)),
    ];
    // What lies between two samples lies between their powers, also where the line from the one before enters.
    expect(low).toBeLessThanOrEqual(Math.min(...seen));
    expect(low).toBeGreaterThanOrEqual(Math.min(...around));
    expect(high).toBeGreaterThanOrEqual(Math.max(...seen));
    expect(high).toBeLessThanOrEqual(Math.max(...around));
    expect(intervals.at(-1)!.toJ).toBeCloseTo(summary.energy_j.system, 6);
  });

  it('tells that a board went away, and that it is back', async () => {
    const folder = scratch();
    const link = join(folder, 'port');
    const board = async () => {
      const simulated = start(words`simulate --link ${link} --latency 1ms`);
      while (!simulated.out().includes(link)) await new Promise((resolve) => setTimeout(resolve, 20));
      return simulated;
    };
    const first = await board();
    const recording = start(
      words`record --live --port ${link} --out ${join(folder, 'run.csv')} --quiet`,
      'stderr',
    );
    const url = await recording.url;
    let [wasAway, hasGap] = [false, false];
    let unplugged: Promise<unknown> | undefined;
    let second: ReturnType<typeof board> | undefined;
    const { states } = await follow(url, (state) => {
      const { away, gaps, samples } = runOf(state);
      if (samples > 100) unplugged ??= first.stop();
      // A busy machine may have nothing to tell for as long as that, too.
      wasAway ||= away && unplugged !== undefined;
      if (wasAway) second ??= unplugged!.then(board);
      hasGap ||= gaps.some(({ cause }) => cause === 'board-lost');
      return !(wasAway && hasGap && !away);
    });
    await unplugged;
    expect(wasAway).toBe(true);
    const away = states.find((state) => runOf(state).away)!;
    expect(runOf(away)).toMatchObject({ rateHz: null, powerMw: [null, null, null, null] });
    expect(runOf(states.at(-1)!).away).toBe(false);
    expect(await recording.stop()).toBe(0);
    await (await second!).stop();
  });
});

describe('exec --live', () => {
  it('ends as its command does, shows its phases, and leaves its output alone', async () => {
    const folder = scratch();
    const [goes, ends] = [join(folder, 'goes'), join(folder, 'ends')];
    const wait = (file: string) => `until [ -e ${file} ]; do sleep 0.05; done`;
    const marks = `echo begin train >> $POWERLOG_MARKS; ${wait(goes)}; echo end train 5 >> $POWERLOG_MARKS`;
    const {
      url: address,
      ended,
      out,
      err,
    } = start(
      [
        ...words`exec --live --port sim:constant --baseline 200ms -- sh -c`,
        `echo hello; ${marks}; echo point '"<script>"' >> $POWERLOG_MARKS; ${wait(ends)}; exit 3`,
      ],
      'stderr',
    );
    const url = await address;
    const isOpen = (state: State): boolean =>
      runOf(state).bands.some(
        ([, { name, open, endUs, startUs }]) => name === 'train' && open && endUs > startUs,
      );
    // What it cost is known when there are samples behind it.
    let endUs = Number.POSITIVE_INFINITY;
    const isClosed = (state: State): boolean => {
      for (const [, { name, open, endUs: us }] of runOf(state).bands)
        if (name === 'train' && !open) endUs = us;
      return (runOf(state).endUs ?? 0) > endUs;
    };
    const { states } = await follow(url, (state) => {
      // It was seen while it ran.
      if (isOpen(state)) writeFileSync(goes, '');
      if (isClosed(state)) writeFileSync(ends, '');
      return true;
    });
    expect(await ended).toBe(3);
    expect(out()).toBe('hello\n');
    expect(
      err()
        .split('\n')
        .filter((line) => line.includes('http://')),
    ).toEqual([url]);
    const { bands, flags } = runOf(states.at(-1)!);
    expect(bands.map(([, { kind, name, open }]) => [kind, name, open])).toEqual([
      ['baseline', 'baseline', false],
      ['command', expect.stringContaining('echo hello'), false],
      ['phase', 'train', false],
    ]);
    const [, train] = bands[2]!;
    const lengthS = (train.endUs - train.startUs) / 1e6;
    expect(train.energyJ.system).toBeCloseTo(400 * lengthS, 2);
    expect(flags.map(([, { kind, name }]) => [kind, name])).toEqual([['mark', '<script>']]);
  });

  it('says how many marks are not shown', async () => {
    const goes = join(scratch(), 'goes');
    const marks = `yes point x | head -10002 >> $POWERLOG_MARKS; until [ -e ${goes} ]; do sleep 0.05; done`;
    const { url, ended } = start(
      [...words`exec --live --port sim:constant --baseline 0s -- sh -c`, marks],
      'stderr',
    );
    const notShown = { code: 'not-shown', message: '2 more marks and faults are not shown' };
    const { states } = await follow(await url, (state) => {
      if (runOf(state).warnings.some(({ message }) => message === notShown.message)) writeFileSync(goes, '');
      return true;
    });
    expect(await ended).toBe(0);
    expect(runOf(states.at(-1)!).flags).toHaveLength(10_000);
    expect(runOf(states.at(-1)!).summary!.warnings).toContainEqual(notShown);
  });

  it('needs nobody to look, and no board', async () => {
    const { url, ended, out } = start(words`exec --live --port /dev/null/no -- echo done`, 'stderr');
    await url;
    expect(await ended).toBe(0);
    expect(out()).toBe('done\n');
  });
});
