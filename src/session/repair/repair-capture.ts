import { encodeEvent } from '../../capture/encoder.js';
import { shifted } from '../../capture/event-json.js';
import { readCapture } from '../../capture/open.js';
import { inputError } from '../../errors.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { tracedColumns } from '../../measure/accuracy/accuracy.js';
import { CaptureSource } from '../../source/capture.js';
import type { RecordingEvent } from '../../stream/event.js';
import type { Warning } from '../../stream/warning.js';
import { startRecording } from '../record.js';
import type { Finding, Inspection } from './finding.js';

/** @throws UserError (badInput) where it is no capture, or changed otherwise than by a torn end */
export async function inspectCapture(window: ByteWindow, { watch }: Inspection): Promise<Finding> {
  const source = new CaptureSource(await readCapture(window));
  const { reader, facts } = source;
  let end: RecordingEvent | undefined;
  const watchEnd = {
    begin() {},
    write: ({ events }: { events: readonly RecordingEvent[] }) => {
      end = events.findLast((event) => event.type === 'end') ?? end;
    },
    async finish() {},
  };
  const recording = await startRecording({
    sources: [source],
    map: () => facts.map,
    outputs: { columns: 'power', accuracy: facts.accuracy ?? undefined },
    host: facts.host,
    sinks: ({ outputs }) => {
      return [...outputs.sinks, watchEnd, ...(watch?.(tracedColumns(outputs.collector).length) ?? [])];
    },
  });
  await recording.ended;
  const { collector } = recording.tracks[0]!.outputs;
  const { problem, tornEnd, wholeBytes } = reader;
  if (problem && !tornEnd)
    throw inputError(
      `${problem.message}. Only a torn end can be repaired, and it is left as it is; replay reads it`,
    );
  const closed = problem === null || problem.code === 'bytes-behind';
  const cutOff: Warning[] = closed
    ? []
    : [{ code: 'repaired', message: `the recording was cut off behind byte ${wholeBytes} of its capture` }];
  const summary = await recording.summarize({ warnings: [...reader.remarks, ...cutOff] });
  return {
    samples: collector.progress().samples,
    unit: 'sample',
    firstUs: null,
    lastUs: collector.progress().lastUs,
    wholeBytes,
    torn: problem !== null,
    // The end stands on the time axis of the recording that it closes.
    tail: closed || !end ? new Uint8Array(0) : encodeEvent(shifted(end, -reader.lastStartNs)),
    knowsBoard: true,
    dated: true,
    lacking: [],
    summary,
    partFacts: collector.partFacts(),
  };
}
