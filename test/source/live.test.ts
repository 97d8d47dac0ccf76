import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import type { Link, SamplingOutcome } from '#powerlog/link/link.js';
import { RecordingClock } from '#powerlog/source/clock-watch.js';
import { LiveSource } from '#powerlog/source/live.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';
import type { FrameBlock } from '#powerlog/stream/frame-block.js';

const board = boardFor('benchlab')!;

/** A board that says which calibration it applies, and goes away at once, or ends. */
const linkTo = (calibration: string | null, outcome: SamplingOutcome): Link => ({
  ...{ kind: 'in-process', board, priority: null },
  identity: {
    ...{ id: board.id, product: board.product, productId: board.productId, uid: '00', name: null },
    ...{ firmware: 6, port: 'made-up', calibration },
  },
  // biome-ignore lint/correctness/useYield: it has no samples
  async *sample(): AsyncGenerator<FrameBlock, SamplingOutcome> {
    return outcome;
  },
  handOver: () => {},
  stop: () => {},
  close: async () => {},
});

/** What is said of a board that went away and came back, each time under one of these. */
async function saidOf(first: string | null, ...later: readonly (string | null)[]) {
  const back = later.map((each, n) => linkTo(each, n === later.length - 1 ? 'stopped' : 'lost'));
  const reconnect = async () => back.shift();
  const source = new LiveSource(linkTo(first, 'lost'), { reconnect, onNotice: () => {} });
  const recording = source.start(new RecordingClock(), {});
  for await (const _ of recording.blocks());
  await source.close();
  return recording.warnings?.();
}

/** A board that went away and answers only when the recording is over. */
async function lateBoard(durationMs?: number) {
  const notices: string[] = [];
  let closed = false;
  const late: Link = {
    ...linkTo(null, 'stopped'),
    close: async () => {
      closed = true;
    },
  };
  const source = new LiveSource(linkTo(null, 'lost'), {
    reconnect: (_, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(late))),
    onNotice: (text) => notices.push(text),
  });
  const recording = source.start(new RecordingClock(), durationMs === undefined ? {} : { durationMs });
  if (durationMs === undefined) setTimeout(() => recording.stop(), 50);
  const events: RecordingEvent[] = [];
  for await (const block of recording.blocks()) events.push(...block.events);
  await source.close();
  const end = events.at(-1)!;
  return { reason: end.type === 'end' && end.reason, notices, closed };
}

describe('a board that answers when the recording is over', () => {
  it('was lost where the duration ended it, and nobody says that it is back', async () => {
    const { reason, notices, closed } = await lateBoard(50);
    expect([reason, closed]).toEqual(['board-lost', true]);
    expect(notices).toEqual([expect.stringContaining('went away')]);
  });

  it('takes nothing from a stop that was asked for', async () => {
    const { reason, notices } = await lateBoard();
    expect(reason).toBe('stopped');
    expect(notices).toEqual([expect.stringContaining('went away')]);
  });
});

describe('a board that comes back', () => {
  it('under another calibration of its own is told, with both digests', async () => {
    expect(await saidOf('0102', '0102', '0103')).toEqual([
      {
        code: 'recalibrated',
        message: expect.stringMatching(
          /^at \d+\.\d{3} s the board came back under another calibration of its own \(a12871fee210 before, [0-9a-f]{12} since\)/,
        ),
      },
    ]);
  });

  it('under the same, or without saying which, is not', async () => {
    expect(await saidOf('0102', '0102')).toEqual([]);
    expect(await saidOf('0102', null, '0102')).toEqual([]);
    expect(await saidOf(null, '0102')).toEqual([]);
  });

  it('without saying which, and then under another, is told', async () => {
    expect(await saidOf('0102', null, '0103')).toHaveLength(1);
  });
});
