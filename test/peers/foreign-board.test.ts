import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { needs, python } from '../parts.js';
import { type ForeignBoard, startForeignBoard } from './foreign-board.js';

/** The digits that a generated frame carries in EPS1, EPS2 and ATX 12 V, as the peer's own text says. */
const numberOf = (frame: Buffer): number =>
  [48, 60, 108].reduce((sum, at, digit) => sum + (frame.readInt16LE(at) - 11_900) * 200 ** digit, 0);

describe('the foreign board', needs(python), () => {
  let board: ForeignBoard | undefined;
  afterEach(() => board?.stop());

  function ask(fd: number, command: number, bytes: number): Buffer {
    const reply = Buffer.alloc(bytes);
    writeSync(fd, Uint8Array.of(command));
    let got = 0;
    while (got < bytes) {
      const n = readSync(fd, reply, got, bytes - got, null);
      if (n === 0) throw new Error('end of file');
      got += n;
    }
    return reply;
  }

  it('answers the reading commands and numbers its frames', async () => {
    board = await startForeignBoard('--uid', '00112233445566778899aabb', '--name', 'bench 3');
    const fd = openSync(board.port, 'r+');
    expect(ask(fd, 0x00, 9).toString('latin1')).toBe('BENCHLAB\0');
    expect([...ask(fd, 0x0e, 3)]).toEqual([0xee, 0x10, 4]);
    expect(ask(fd, 0x0d, 12).toString('hex')).toBe('00112233445566778899aabb');
    expect(ask(fd, 0x03, 32).toString('latin1').replace(/\0+$/, '')).toBe('bench 3');
    const frames = Array.from({ length: 500 }, () => ask(fd, 0x01, 216));
    closeSync(fd);
    const { received, sent } = await board.stop();
    expect(frames.map(numberOf)).toEqual(Array.from({ length: 500 }, (_, n) => n));
    expect(Buffer.concat([...sent]).equals(Buffer.concat(frames))).toBe(true);
    expect([...received]).toEqual([0x00, 0x0e, 0x0d, 0x03, ...Array<number>(500).fill(0x01)]);
  });

  it('is another port after unplugging, and goes on counting', async () => {
    board = await startForeignBoard('--fault', 'unplug:1', '--away', '1');
    const fd = openSync(board.port, 'r+');
    expect(() => ask(fd, 0x01, 216)).toThrow(/EIO|end of file/);
    closeSync(fd);
    await expect(board.nextPort()).resolves.toMatch(/^\/dev\//);
    const { sent, faults } = await board.stop();
    expect(sent.map(numberOf)).toEqual([0]);
    expect(faults.map(({ kind, frame }) => [kind, frame])).toEqual([['unplug', 0]]);
  });

  it('says what is wrong with its arguments', async () => {
    await expect(startForeignBoard('--fault', 'melt:1')).rejects.toThrow(/'melt' is not a fault/);
  });
});
