import { describe, expect, it, onTestFinished } from 'vitest';
import { AnnotatedSource } from '#powerlog/session/annotated-source.js';
import { RecordingClock } from '#powerlog/source/clock-watch.js';
import { openSource } from '#powerlog/source/open.js';
import { openPacedCapture } from '#powerlog/source/paced.js';
import type { CommandEvent, Mark } from '#powerlog/stream/command-event.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import { encode, end, fileOf, preamble, type Sample, sample } from '../capture/samples.js';

const hourNs = 3600e9;
const announced: CommandEvent = {
  ...{ type: 'experiment', atNs: 0, commands: 0, runs: 1, warmups: 0, idlePowerW: null },
};
const begun: CommandEvent = {
  ...{ type: 'run-begin', atNs: 5, run: 0, command: 0, number: 1, warmup: false, pid: 1 },
};
const mark = (line: number): Mark => ({
  ...{ kind: 'point', name: 'saved', count: null, atNs: line, uncertaintyNs: 0, line },
});
const marks = (run: number, ...lines: number[]): CommandEvent => ({
  type: 'marks',
  run,
  marks: lines.map(mark),
});

/** A recording of these samples with something said beside it, and what has come of it. */
async function annotated(samples: readonly Sample[]) {
  const source = await openPacedCapture(fileOf(preamble, ...encode(samples)));
  onTestFinished(() => source.close());
  const ended: string[] = [];
  const whole = new AnnotatedSource(source, [announced], () => ended.push('samples'));
  const recording = whole.start(new RecordingClock(), {});
  const blocks = recording.blocks()[Symbol.asyncIterator]();
  const events: RecordingEvent[] = [];
  let count = 0;
  /** Takes blocks until one holds what is waited for. */
  const taken = async (type: RecordingEvent['type'] | 'sample'): Promise<void> => {
    for (let next = await blocks.next(); !next.done; next = await blocks.next()) {
      events.push(...next.value.events);
      count += next.value.count;
      if (next.value.events.some((event) => event.type === type)) return;
      if (type === 'sample' && next.value.count > 0) return;
    }
    throw new Error(`it ended without ${type}`);
  };
  return { whole, recording, taken, events, ended, samples: () => count };
}

describe('what is said beside a recording', () => {
  it('stands in front of the first sample where it was said before', async () => {
    const { taken, events, samples } = await annotated([sample(0), sample(1, [end(2e9)])]);
    await taken('experiment');
    expect([events, samples()]).toEqual([[announced], 0]);
  });

  it('comes though the source is silent, as when a board is away', async () => {
    const far = { ...sample(1), requestNs: hourNs, replyNs: hourNs };
    const { whole, taken, events } = await annotated([sample(0), far]);
    await taken('sample');
    whole.note(begun);
    await taken('run-begin');
    expect(events).toEqual([announced, begun]);
  });

  it('comes behind the end of the source, and its own end comes when it is stopped', async () => {
    const { whole, recording, taken, events, ended, samples } = await annotated([
      sample(0),
      sample(1, [end(2e6)]),
    ]);
    await taken('sample');
    whole.note(begun);
    await taken('run-begin');
    while (samples() < 2) await taken('sample');
    expect(ended).toEqual([]);
    setImmediate(() => whole.note(marks(0, 1)));
    await taken('marks');
    expect(ended).toEqual(['samples']);
    whole.note(marks(0, 2));
    recording.stop();
    await taken('end');
    expect(events.slice(2)).toEqual([marks(0, 1), marks(0, 2), { ...end(2e6), reason: 'source-ended' }]);
  });

  it('leaves a board as live as it is, so that no output holds up another', async () => {
    const options = { link: 'auto', reconnectMs: 0, onNotice: () => {} } as const;
    const source = new AnnotatedSource(await openSource('sim', options), [], () => {});
    onTestFinished(() => source.close());
    expect(source.start(new RecordingClock(), {}).live).toBe(true);
  });

  it('is gathered where it is marks of one run, up to what a block of a capture takes', async () => {
    const far = { ...sample(1), requestNs: hourNs, replyNs: hourNs };
    const { whole, taken, events } = await annotated([sample(0), far]);
    await taken('sample');
    const lines = Array.from({ length: 300 }, (_, n) => n);
    for (const line of lines) whole.note(marks(0, line));
    whole.note(marks(1, 300));
    whole.note(begun);
    whole.note(marks(1, 301));
    await taken('run-begin');
    expect(events.slice(1)).toEqual([
      marks(0, ...lines.slice(0, 256)),
      marks(0, ...lines.slice(256)),
      marks(1, 300),
      begun,
      marks(1, 301),
    ]);
  });
});
