import { describe, expect, it } from 'vitest';
import { boards } from '#powerlog/board/catalogue.js';
import { makeFrameCheck } from '#powerlog/board/check.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';

const cases = boards.map((board) => [`${board.product} ${board.firmware}`, board] as const);

describe('a frame of one byte alone', () => {
  it.each(cases)('is none of %s: NULs of a board that is off, 0xFF of a line that floats', (_, board) => {
    const isPlausible = makeFrameCheck(board);
    const plausible = (frame: Uint8Array) =>
      isPlausible(new DataView(frame.buffer, frame.byteOffset, frame.length), 0);
    const [question = 0] = board.commands.sensors.request;
    expect(plausible(makeBoardModel({ board }).reply(question, 1e12)!)).toBe(true);
    for (const byte of [0x00, 0xff])
      expect(plausible(new Uint8Array(board.frameBytes).fill(byte)), `0x${byte.toString(16)}`).toBe(false);
  });
});
