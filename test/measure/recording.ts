import { boardFor } from '#powerlog/board/catalogue.js';
import { faultOf } from '#powerlog/capture/event-json.js';
import { SummaryCollector } from '#powerlog/measure/collector.js';
import { resolveWiring, sumComponents } from '#powerlog/measure/rail-map.js';
import type { FaultKind, RecordingEvent } from '#powerlog/stream/event.js';
import type { RecordingHeader } from '#powerlog/stream/recording-header.js';
import type { SampleBlock } from '#powerlog/stream/sample-block.js';
import { benchlabMap } from '../benchlab-map.js';

const benchlab = boardFor('benchlab')!;

export const wiring = resolveWiring(benchlab, benchlabMap);

/** A sample at a whole µs; powers by rail in mW, 0 where not named. */
export interface Sample {
  readonly us: number;
  readonly mw: Readonly<Record<string, number>>;
  /** Request to reply, an even number of µs. */
  readonly latencyUs?: number;
  /** What the link told behind this sample. */
  readonly events?: readonly RecordingEvent[];
}

export const header: RecordingHeader = {
  board: {
    id: 'benchlab',
    product: 'BENCHLAB',
    productId: 0x10,
    uid: '00112233445566778899aabb',
    name: 'bench',
    firmware: 1,
    port: '/dev/ttyACM0',
  },
  startMonotonicNs: 0n,
  startUnixUs: 1_763_787_296_000_000,
  timing: 'round-trip',
};

export function blockOf(samples: readonly Sample[], events: readonly RecordingEvent[] = []): SampleBlock {
  const count = samples.length;
  const channels: (Int32Array | undefined)[] = benchlab.fields.map(() => undefined);
  for (const rail of benchlab.rails)
    channels[rail.power] = Int32Array.from(samples, ({ mw }) => mw[rail.name] ?? 0);
  const powerMw = wiring.sums.map(() => new Float64Array(count));
  sumComponents(wiring, benchlab, channels, count, powerMw);
  const half = ({ latencyUs = 0 }: Sample) => (latencyUs / 2) * 1000;
  return {
    count,
    timeUs: Float64Array.from(samples, ({ us }) => us),
    channels,
    powerMw,
    earliestNs: Float64Array.from(samples, (sample) => sample.us * 1000 - half(sample)),
    latestNs: Float64Array.from(samples, (sample) => sample.us * 1000 + half(sample)),
    events: [...samples.flatMap((sample) => sample.events ?? []), ...events],
  };
}

/** Blocks of these samples, cut before the samples at `cuts`; the last one holds the end. */
export function blocksOf(samples: readonly Sample[], cuts: readonly number[], endUs?: number): SampleBlock[] {
  const edges = [0, ...cuts.map((cut) => cut % (samples.length + 1)).sort((a, b) => a - b), samples.length];
  const atNs = (endUs ?? samples.at(-1)?.us ?? 0) * 1000;
  return edges.slice(1).map((to, n) => {
    const isLast = n === edges.length - 2;
    return blockOf(samples.slice(edges[n], to), isLast ? [{ type: 'end', atNs, reason: 'stopped' }] : []);
  });
}

/** A collector that has seen all of a recording. */
export async function collected(
  blocks: readonly SampleBlock[],
  accuracyShare = 0.03,
  recordingHeader: RecordingHeader = header,
) {
  const collector = new SummaryCollector(benchlab, wiring, accuracyShare);
  collector.begin(recordingHeader);
  for (const block of blocks) collector.write(block);
  await collector.finish();
  return collector;
}

export const measure = async (...recording: Parameters<typeof collected>) =>
  (await collected(...recording)).measured();

export const fault = (kind: FaultKind, startUs: number, endUs: number, count = 1): RecordingEvent =>
  faultOf({ type: 'fault', kind, startNs: startUs * 1000, endNs: endUs * 1000, count });
