import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { CaptureEncoder, encodePreamble } from '#powerlog/capture/encoder.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import { blockOf, fileOf, frameBytes, header } from '../capture/samples.js';
import { bin } from '../cli/run.js';

/** `powerlog`, while it runs. */
export class Program {
  said = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number | null>;
  #isOver = false;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.#child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } });
    this.#child.stderr.on('data', (piece: Buffer) => {
      this.said += piece.toString();
    });
    this.#child.stdout.resume();
    // When it ends, what it said last may be still to be read.
    this.#ended = once(this.#child, 'close').then(([code]) => {
      this.#isOver = true;
      return code as number | null;
    });
    onTestFinished(() => void this.#child.kill('SIGKILL'));
  }

  /** Resolves when it has said that on standard error. */
  async says(text: RegExp): Promise<void> {
    await until(() => {
      if (text.test(this.said)) return true;
      if (this.#isOver) throw new Error(`it ended, and said only: ${this.said}`);
      return false;
    });
  }

  /** Asks it to end; resolves with its exit code. */
  end(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }

  get ended(): Promise<number | null> {
    return this.#ended;
  }
}

/** Waits for something that happens elsewhere, however long it takes. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

/** Whole rows of a CSV that may have been cut, as numbers. */
export function rowsOf(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').split('\n');
  const names = head.split(',');
  return lines
    .slice(0, -1)
    .map((line) => Object.fromEntries(line.split(',').map((cell, n) => [names[n]!, cell])));
}

/** A capture of so many samples, 1 ms apart, without a gap. */
export function captureOf(profile: 'train' | 'square' | 'inference', samples: number): string {
  const board = boardFor('benchlab')!;
  const model = makeBoardModel({ profile });
  const ask = board.commands.sensors.request[0]!;
  const blocks: Uint8Array[] = [];
  const encoder = new CaptureEncoder(frameBytes, (block) => blocks.push(block));
  for (let n = 0; n < samples; n += 500) {
    const run = Array.from({ length: Math.min(500, samples - n) }, (_, each) => {
      const requestNs = (n + each) * 1e6;
      const frame = Buffer.from(model.reply(ask, requestNs)!);
      return { requestNs, replyNs: requestNs + 400_000, frame, events: [] };
    });
    encoder.push(blockOf(run, []));
  }
  encoder.push(blockOf([], [{ type: 'end', atNs: samples * 1e6, reason: 'stopped' }]));
  encoder.flush();
  return fileOf(encodePreamble(header), ...blocks);
}
