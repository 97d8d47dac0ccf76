import { boards } from '../../board/catalogue.js';
import type { Wiring } from '../../measure/rail-map.js';
import { buildSummary, type RepairedSummary } from '../../measure/summary.js';
import { PictureSink } from '../../report/picture-sink.js';
import { gapsUs } from '../../report/reading/gaps.js';
import { nothingTold } from '../../report/reading/told.js';
import type { Rested } from '../../report/rested.js';
import { seriesOf } from '../../report/series.js';
import { MeanTally } from '../../session/rows/mean-tally.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { SampleBlock } from '../../stream/sample-block.js';
import { tool } from '../../tool.js';
import { heldPower } from '../figures/curves-of.js';
import type { Side } from '../sides/side.js';
import { gapMedians, medianSpacing } from '../sides/spacing.js';
import { trackFigures } from './track-figures.js';

const usPerS = 1e6;

/**
 * Somebody's readings as a run of a report: each is held until the next, and so a mean of that time. How far it may be off nobody
 * says, as of other means.
 * @param name which of the reference's powers it is laid over, or what it is called by itself
 */
export async function trackRested(side: Side, name: string): Promise<Rested> {
  const [first] = boards;
  const board = { ...first!, rails: [], wires: [], product: side.source ?? 'readings' };
  const wiring: Wiring = {
    map: { components: {}, slot: null },
    sums: [{ name, terms: [] }],
    railNames: [],
  };
  const { clock, originUs } = side;
  // A wall clock without a zone does not tell when that was.
  const startUnixUs = clock.kind === 'recording' ? clock.startUnixUs : clock.kind === 'utc' ? originUs : null;
  const header: RecordingHeader = {
    board: {
      ...{ id: 'sensor', product: board.product, productId: 0, uid: side.uuid, name: side.column },
      ...{ firmware: null, port: side.path },
    },
    ...{ startMonotonicNs: null, startUnixUs, timing: 'nominal' },
  };
  const block = heldBlock(side);
  const series = seriesOf(board, wiring);
  const picture = new PictureSink(series, null);
  picture.write(block);
  const tally = new MeanTally(board, wiring, 0, header);
  tally.add(block.timeUs, block.intervalUs!, [], block.powerMw, block.count);
  const { uncertainty, ...measured } = tally.measured();
  const median = medianSpacing(side.timeUs) / usPerS;
  const summary: RepairedSummary = buildSummary(
    {
      ...{ ...measured, ...trackFigures(side, name) },
      interval_s: { median, p99: null, max: null },
      // JSON has null for what is no number: nobody says how accurate it is.
      uncertainty: { ...uncertainty, accuracy_share: Number.NaN, accuracy_j: { [name]: null } },
      warnings: side.remarks.map((message) => ({ code: 'file', message })),
    },
    { tool, host: {} },
  );
  return {
    ...{
      path: side.path,
      summary,
      recalled: null,
      told: nothingTold,
      bands: [],
      series,
      board,
      wiring,
      header,
    },
    ...picture.picture(gapsUs(summary)),
    ...{ facts: null, damage: null, isHeld: true },
    async again(write) {
      write(block);
    },
  };
}

/** Readings as the means that a held curve is. Behind the last nobody knows how long it held, unless there is no other. */
function heldBlock(side: Side): SampleBlock {
  const held = heldPower(side);
  const limitUs = gapMedians * medianSpacing(held.timeUs);
  const startUs = held.timeUs.map(Math.round);
  const intervalUs = startUs.map((us, n) => {
    const lengthUs = (startUs[n + 1] ?? us) - us;
    return Math.max(1, Math.round(lengthUs > limitUs ? limitUs / gapMedians : lengthUs));
  });
  const last = startUs.length - 1;
  const isKnown = (_: number, n: number): boolean =>
    !Number.isNaN(held.powerMw[n]!) && (n < last || last === 0);
  const timeUs = startUs.map((us, n) => us + Math.floor(intervalUs[n]! / 2)).filter(isKnown);
  const instantsNs = timeUs.map((us) => us * 1000);
  return {
    ...{ count: timeUs.length, timeUs, intervalUs: intervalUs.filter(isKnown), channels: [] },
    ...{ powerMw: [held.powerMw.filter(isKnown)], events: [] },
    ...{ earliestNs: instantsNs, latestNs: instantsNs },
  };
}
