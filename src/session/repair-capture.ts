import type { RecordingEvent, Warning } from '../block.js';
import type { ByteWindow } from '../capture/byte-window.js';
import { encodeEvent } from '../capture/encoder.js';
import { readCapture } from '../capture/reader.js';
import { inputError } from '../errors.js';
import { resolveWiring } from '../measure/rail-map.js';
import { CaptureSource } from '../source/capture.js';
import type { Finding } from './finding.js';
import { openOutputs } from './outputs.js';
import { runSession } from './session.js';

/** @throws UserError (badInput) where it is no capture, or damaged before its end */
export async function inspectCapture(window: ByteWindow): Promise<Finding> {
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
  const { columnsToDecode } = outputs;
  await runSession({
    board,
    recording: source.start(),
    wiring,
    columnsToDecode,
    sinks: [...outputs.sinks, watchEnd],
  });
  const { problem, wholeBytes } = reader;
  if (problem?.code === 'capture-damaged')
    throw inputError(
      `${problem.message}. It is left as it is, since repair would drop what follows; replay reads it`,
    );
  const cutOff: Warning[] = problem
    ? [{ code: 'repaired', message: `the recording was cut off behind byte ${wholeBytes} of its capture` }]
    : [];
  const summary = await outputs.summarize(cutOff);
  const tail = problem && end ? encodeEvent(end) : new Uint8Array(0);
  return { samples: summary.samples, wholeBytes, torn: problem !== null, tail, summary };
}
