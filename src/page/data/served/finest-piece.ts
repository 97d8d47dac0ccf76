import type { Piece } from '../../../draw/packing.js';
import { mostColumns } from '../../../draw/served.js';
import type { ServerLink } from './server-link.js';

/** More are too much for a page. */
const mostSamples = 2_000_000;

type SamplesPiece = Extract<Piece, { kind: 'samples' }>;

/**
 * A stretch as fine as its server has it: sample by sample, asked for in parts, or in the finest intervals where the samples are too many or
 * not to be had.
 */
export async function finestPiece(
  link: ServerLink,
  run: string,
  fromUs: number,
  toUs: number,
): Promise<Piece> {
  // As many samples come in one reply, four a column.
  const whole = await link.piece(run, fromUs, toUs, mostColumns);
  if (whole.kind === 'samples') return whole;
  const parts: SamplesPiece[] = [];
  let samples = 0;
  let lengthUs = (toUs - fromUs) / 2;
  for (let atUs = fromUs; atUs < toUs; ) {
    const endUs = Math.min(atUs + lengthUs, toUs);
    const part = await link.piece(run, atUs, endUs, mostColumns);
    if (part.kind === 'intervals') {
      // A single µs holds no more than one reply does.
      if (lengthUs <= mostColumns) return whole;
      lengthUs /= 2;
      continue;
    }
    samples += part.timeUs.length;
    if (samples > mostSamples) return whole;
    parts.push(within(part, atUs, endUs === toUs ? Number.POSITIVE_INFINITY : endUs));
    atUs = endUs;
  }
  return joined(parts);
}

/** Without the two beside, but where there is nothing more. */
function within({ timeUs, powerMw }: SamplesPiece, fromUs: number, beforeUs: number): SamplesPiece {
  const first = timeUs.findIndex((us) => us >= fromUs);
  const over = timeUs.findIndex((us) => us >= beforeUs);
  const [from, behind] = [first < 0 ? timeUs.length : first, over < 0 ? timeUs.length : over];
  return {
    kind: 'samples',
    timeUs: timeUs.subarray(from, behind),
    powerMw: powerMw.map((column) => column.subarray(from, behind)),
  };
}

function joined(parts: readonly SamplesPiece[]): SamplesPiece {
  const length = parts.reduce((sum, { timeUs }) => sum + timeUs.length, 0);
  const timeUs = new Float64Array(length);
  const powerMw = (parts[0]?.powerMw ?? []).map(() => new Float32Array(length));
  let at = 0;
  for (const part of parts) {
    timeUs.set(part.timeUs, at);
    part.powerMw.forEach((column, n) => {
      powerMw[n]!.set(column, at);
    });
    at += part.timeUs.length;
  }
  return { kind: 'samples', timeUs, powerMw };
}
