import { readCapture } from '../../capture/open.js';
import { Recall } from '../../exec/figures/recall.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { type RecordOptions, startRecording } from '../../session/record.js';
import type { Sink } from '../../sink/sink.js';
import { CaptureSource } from '../../source/capture.js';
import { openRecorded } from '../../source/recorded.js';
import type { RecordingHeader } from '../../stream/recording-header.js';
import type { WarningCode } from '../../stream/warning.js';
import { PictureSink } from '../picture-sink.js';
import type { Reading, ReadingOptions, Rested } from '../rested.js';
import { type Series, seriesOf } from '../series.js';
import { refuseSecondReading } from './again.js';
import { bandsOf } from './bands.js';
import { gapsUs } from './gaps.js';
import { toldBy } from './told.js';

const doubtful: readonly WarningCode[] = ['capture-damaged', 'capture-left'];

/** @param window stands at the capture's first byte */
export async function readCaptureAtRest(
  path: string,
  window: ByteWindow,
  { map: mapFrom, accuracy, calibrations, sinks: more }: ReadingOptions,
): Promise<Rested> {
  const source = new CaptureSource(await readCapture(window));
  const { facts } = source;
  const map = (await mapFrom?.(facts.map)) ?? (() => facts.map);
  const recall = new Recall();
  const header = new HeaderSink();
  try {
    let picture: PictureSink | undefined;
    let series: readonly Series[] = [];
    const recording = await startRecording({
      sources: [source],
      map,
      calibrations,
      outputs: { columns: 'power', accuracy: accuracy ?? facts.accuracy ?? undefined, durable: false },
      host: facts.host,
      sinks: ({ source: { board }, wiring, outputs: { sinks, collector } }) => {
        series = seriesOf(board, wiring);
        picture = new PictureSink(series, () => collector.gapLimitUs);
        const reading: Reading = {
          ...{ series, picture },
          gapLimitUs: () => collector.gapLimitUs,
          partFacts: () => collector.partFacts(),
          position: () => ({ bytes: source.reader.wholeBytes, startNs: source.reader.lastStartNs }),
        };
        return [...sinks, header, recall, picture, ...(more?.(reading) ?? [])];
      },
    });
    await recording.ended;
    const { wiring, outputs } = recording.tracks[0]!;
    const partFacts = outputs.collector.partFacts();
    const recalled = await recall.conclude(() => partFacts);
    const summary = await recording.summarize({
      warnings: [...recording.warnings, ...(recalled?.warnings ?? [])],
      ...(recalled && { extra: recalled.extra }),
    });
    const told = toldBy(recalled);
    const bands = await bandsOf(
      told,
      recalled && recall.baseline,
      recall.trace(() => partFacts),
    );
    return {
      ...{ path, summary, recalled, told, bands, series, wiring },
      ...picture!.picture(gapsUs(summary)),
      board: recording.tracks[0]!.source.board,
      header: header.header!,
      facts: partFacts,
      damage: recording.warnings.find(({ code }) => doubtful.includes(code))?.message ?? null,
      again: (write) => readAgain(path, { map, calibrations }, write),
    };
  } finally {
    await recall.dispose();
  }
}

type Write = Parameters<Rested['again']>[0];

async function readAgain(path: string, meaning: Pick<RecordOptions, 'map' | 'calibrations'>, write: Write) {
  refuseSecondReading(path);
  const source = await openRecorded(path, null);
  try {
    let stop = (): void => {};
    const recording = await startRecording({
      sources: [source],
      ...meaning,
      outputs: { columns: 'power', durable: false },
      host: source.facts.host,
      sinks: () => [sinkOf(write, () => stop())],
    });
    stop = () => recording.stop();
    await recording.ended;
  } finally {
    await source.close();
  }
}

function sinkOf(write: Write, stop: () => void): Sink {
  let wanted = true;
  return {
    begin() {},
    write(block) {
      if (wanted && block.count > 0) wanted = write(block);
      if (!wanted) stop();
    },
    async finish() {},
  };
}

class HeaderSink implements Sink {
  header: RecordingHeader | undefined;

  begin(header: RecordingHeader): void {
    this.header = header;
  }

  write(): void {}

  async finish(): Promise<void> {}
}
