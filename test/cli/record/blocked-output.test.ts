import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { expectInOrder, readAll, scratch } from '../../capture/samples.js';
import { needs, python } from '../../parts.js';
import { type ForeignBoard, foreignFrameBytes, startForeignBoard } from '../../peers/foreign-board.js';
import { bin, powerlog, words } from '../run.js';

let board: ForeignBoard | undefined;
let child: ChildProcessByStdio<null, Readable, Readable> | undefined;

afterEach(async () => {
  child?.kill('SIGKILL');
  await board?.stop();
});

/** What the samples of a capture come to in a CSV, and what is said of them. */
function replayed(capture: string) {
  const { code, out } = powerlog(words`replay ${capture} --columns all --quiet --out -`);
  expect(code).toBe(0);
  return out;
}

describe('a standard output that nobody reads, beside a capture', needs(python), () => {
  /** Far more than a pipe and the pieces of a CSV hold. */
  const enoughBytes = 12_000 * foreignFrameBytes;

  async function blocked() {
    board = await startForeignBoard();
    const capture = join(scratch(), 'run.plog');
    child = spawn(
      process.execPath,
      [bin, ...`record --port ${board.port} --columns all --quiet --out - --capture ${capture}`.split(' ')],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await vi.waitFor(() => expect(existsSync(capture) && statSync(capture).size > enoughBytes).toBe(true), {
      timeout: 500_000,
      interval: 100,
    });
    return { capture, child, board };
  }

  it('costs the capture and the figures no sample, and has all of them too once it is read', async () => {
    const { capture, child, board } = await blocked();
    child.kill('SIGINT');
    const [text, complaint, [code]] = await Promise.all([
      buffer(child.stdout),
      buffer(child.stderr),
      once(child, 'exit'),
    ]);
    const { sent } = await board.stop();
    expect([code, complaint.toString()]).toEqual([0, '']);
    const all = replayed(capture).trimEnd().split('\n');
    const summary = JSON.parse(readFileSync(capture.replace('.plog', '.summary.json'), 'utf8'));
    expect(all).toHaveLength(1 + summary.samples);
    const { samples, events } = await readAll(capture);
    const faults = events.filter(({ type }) => type === 'fault');
    // The last reply may come after the end, and on a busy machine one after its deadline: that is a fault.
    if (faults.length === 0) expect(sent.length - samples.length).toBeLessThanOrEqual(1);
    const hex = (frame: Uint8Array) => Buffer.from(frame).toString('hex');
    expectInOrder(
      samples.map(({ frame }) => hex(frame)),
      sent.map(hex),
    );
    expect(faults).not.toContainEqual(expect.objectContaining({ kind: 'overrun' }));
    const codes = summary.warnings.map((warning: { code: string }) => warning.code);
    expect(codes).not.toContain('sink-overrun');
    expect(text.toString().trimEnd().split('\n')).toEqual(all);
  });

  it('and is closed ends the recording, whose capture is whole', async () => {
    const { capture, child } = await blocked();
    child.stdout.destroy();
    const [complaint, [code]] = await Promise.all([buffer(child.stderr), once(child, 'exit')]);
    expect([code, complaint.toString()]).toEqual([0, '']);
    const summary = JSON.parse(readFileSync(capture.replace('.plog', '.summary.json'), 'utf8'));
    expect(replayed(capture).trimEnd().split('\n')).toHaveLength(1 + summary.samples);
    expect(powerlog(['replay', capture]).err).not.toContain('cut off');
  });
});
