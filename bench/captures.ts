import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { boardFor } from '#powerlog/board/catalogue.js';
import { CaptureEncoder, encodePreamble } from '#powerlog/capture/encoder.js';
import { captureHeader } from '#powerlog/capture/header.js';
import { ownMap } from '#powerlog/measure/rail-map.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import type { ProfileName } from '#powerlog/simulator/profile-names.js';
import type { Workshop } from './workshop.js';

const usualStartUnixUs = 1_700_000_000_000_000;
/** Instants wander by up to this much, as those of a board that is asked do. */
const jitterNs = 120_000;
const rowsAtOnce = 512;

/**
 * A capture of the simulator's own profile, sample by sample, so that no stretch of it is another's copy: tiled data would
 * compress far better than recordings do.
 */
export function writeCapture(
  path: string,
  samples: number,
  {
    product = 'benchlab',
    profile = 'train' as ProfileName,
    spacingNs = 1e6,
    startUnixUs = usualStartUnixUs,
  } = {},
): void {
  const board = boardFor(product)!;
  const model = makeBoardModel({ board, profile });
  const ask = board.commands.sensors.request[0]!;
  const file = openSync(path, 'w');
  const header = captureHeader(
    {
      board,
      map: ownMap(board),
      tool: { name: 'powerlog', version: '0' },
      host: { hostname: 'bench' },
      accuracy: null,
    },
    {
      board: {
        ...{ id: board.id, product: board.product, productId: board.productId, firmware: board.firmware },
        ...{ uid: '0011223344556677889900aa', name: 'bench', port: '/dev/ttyACM0' },
      },
      ...{ startMonotonicNs: 0n, startUnixUs, timing: 'round-trip' },
    },
  );
  writeSync(file, encodePreamble(header));
  const encoder = new CaptureEncoder(board.frameBytes, (bytes) => writeSync(file, bytes));
  let state = 1;
  const frames = new Uint8Array(rowsAtOnce * board.frameBytes);
  const requestNs = new Float64Array(rowsAtOnce);
  const replyNs = new Float64Array(rowsAtOnce);
  let atNs = 0;
  for (let written = 0; written < samples; ) {
    const count = Math.min(rowsAtOnce, samples - written);
    for (let row = 0; row < count; row++, written++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      atNs = written * spacingNs + Math.floor((state / 2 ** 32) * jitterNs);
      frames.set(model.reply(ask, atNs)!, row * board.frameBytes);
      requestNs[row] = atNs;
      replyNs[row] = atNs + 600_000 + (state & 0xffff);
    }
    encoder.push({ count, frames, requestNs, replyNs, events: [] });
  }
  encoder.push({
    ...{ count: 0, frames, requestNs, replyNs },
    events: [{ type: 'end', atNs: atNs + spacingNs, reason: 'stopped' }],
  });
  encoder.flush();
  closeSync(file);
}

/** A long capture, made once for all parts of the benchmark; some 220 bytes a sample, which go with the workshop. */
export function longCapture(workshop: Workshop, samples: number, say: (text: string) => void): string {
  const capture = workshop.file('long.plog');
  if (existsSync(capture)) return capture;
  say(`a capture of ${samples} samples, each another one`);
  writeCapture(capture, samples);
  return capture;
}
