import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { resolveWiring } from '#powerlog/measure/rail-map.js';
import { runSession } from '#powerlog/session/session.js';
import { eventBlock } from '#powerlog/stream/frame-block.js';
import { benchlabMap } from '../benchlab-map.js';
import { header } from '../measure/recording.js';

const board = boardFor('benchlab')!;

/** Whether a board that was lost up to `untilNs` is away at the end, at 2 s, where nothing more came of it. */
async function isAway(untilNs: number): Promise<boolean> {
  const lost = { type: 'fault', kind: 'board-lost', startNs: 1e9, endNs: untilNs, bytesDropped: 0 } as const;
  async function* blocks() {
    yield eventBlock([lost]);
    yield eventBlock([{ type: 'end', atNs: 2e9, reason: 'stopped' }]);
  }
  const { away } = await runSession({
    board,
    recording: { header, blocks, stop: () => {} },
    wiring: resolveWiring(board, benchlabMap),
    columnsToDecode: new Set(),
    sinks: [],
  });
  return away;
}

describe('a board that was lost', () => {
  it('is away at the end where it was not back before', async () => {
    expect(await isAway(2e9)).toBe(true);
  });

  it('is not where it was back, however short before', async () => {
    expect(await isAway(2e9 - 1)).toBe(false);
  });
});
