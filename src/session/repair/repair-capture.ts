import { encodeEvent } from '../../capture/encoder.js';
import { shifted } from '../../capture/join.js';
import { readCapture } from '../../capture/open.js';
import { inputError } from '../../errors.js';
import type { ByteWindow } from '../../file/byte-window.js';
import { resolveWiring } from '../../measure/rail-map.js';
import { CaptureSource } from '../../source/capture.js';
import type { RecordingEvent } from '../../stream/event.js';
import type { Warning } from '../../stream/warning.js';
import { openOutputs } from '../outputs.js';
import { runSession } from '../session.js';
import type { Finding, Inspection } from './finding.js';

/** @throws UserError (badInput) where it is no capture, or changed otherwise than by a torn end */
export async function inspectCapture(window: ByteWindow, { watch }: Inspection): Promise<Finding> {
  const source = new CaptureSource(await readCapture(window));
  const { board, reader, facts } = source;
  const wiring = resolveWiring(board, facts.map);
  const accuracy = facts.accuracy ?? undefined;
  const outputs = await openOutputs({ columns: 'power', accuracy }, source, wiring, facts.host);
  let end: RecordingEvent | undefined;
  const watchEnd = {
    begin() {},
    write: ({ raw }: { raw: { events: readonly RecordingEvent[] } }) => {
      end = raw.events.findLast((event) => event.type === 'end') ?? end;
    },
    async finish() {},
  };
  const { columnsToDecode, collector } = outputs;
  const watcher = watch?.(wiring.sums.length);
  await runSession({
    board,
    recording: source.start(),
    wiring,
    columnsToDecode,
    sinks: [...outputs.sinks, watchEnd, ...(watcher ? [watcher] : [])],
  });
  const { problem, tornEnd, wholeBytes } = reader;
  if (problem && !tornEnd)
    throw inputError(
      `${problem.message}. Only a torn end can be repaired, and it is left as it is; replay reads it`,
    );
  const closed = problem === null || problem.code === 'bytes-behind';
  const cutOff: Warning[] = closed
    ? []
    : [{ code: 'repaired', message: `the recording was cut off behind byte ${wholeBytes} of its capture` }];
  const summary = await outputs.summarize([...reader.remarks, ...cutOff]);
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
