import { ExitCode } from '../errors.js';
import { Live } from '../publish/live/live.js';
import { railMapFrom } from '../session/map/map-choice.js';
import { handOverMsFor } from '../session/outputs.js';
import { startRecording } from '../session/record.js';
import { openAllSources } from '../source/open.js';
import { type WireOptions, wireLimitsFrom } from './alarms/wire-options.js';
import { onEndSignal } from './impatience.js';
import { calibrationsFrom, inputFiles, type SamplingOptions } from './options.js';
import { ownBoardOf } from './own-board.js';
import { placeFrom, type ServeOptions, showAddress } from './serve-options.js';
import { notice, tellLost } from './terminal/notices.js';
import { printSummary } from './terminal/summary-text.js';

export interface LivePageOptions extends SamplingOptions, ServeOptions, WireOptions {
  readonly duration?: number;
}

/**
 * Samples, and shows on a page what comes until somebody ends it.
 * @returns the exit code
 * @throws UserError (outputFailed) where nothing can listen there; as `openAllSources` and `startRecording` do
 */
export async function liveOnPage(options: LivePageOptions): Promise<ExitCode> {
  const map = await railMapFrom(options);
  const calibrations = await calibrationsFrom(options);
  const { duration: durationMs, rate: rateHz, accuracy } = options;
  const sources = await openAllSources(options.port, {
    ...{
      link: options.link,
      reconnectMs: options.reconnect,
      own: await ownBoardOf(options),
      onNotice: notice,
      withCommand: true,
    },
  });
  const outputs = { columns: 'power', accuracy, ...wireLimitsFrom(options) };
  const live = await Live.open(placeFrom(options)).catch(async (error: unknown) => {
    for (const source of sources) await source.close();
    throw error;
  });
  let release = () => {};
  try {
    const recording = await startRecording({
      ...{ sources, map, calibrations, outputs, onNotice: notice },
      inputs: inputFiles({ port: sources.map(({ identity }) => identity.port) }),
      sampling: {
        ...(durationMs === undefined ? {} : { durationMs }),
        ...(rateHz === undefined ? {} : { rateHz }),
        handOverMs: handOverMsFor(outputs),
      },
      sinks: (track) => [...track.outputs.sinks, live.sinkOf(track)],
      onReady: () => {
        release = onEndSignal(() => recording.stop());
      },
    });
    try {
      live.begin(recording);
      await showAddress(live.url, options);
      const { lost } = await recording.ended;
      const summary = await recording.summarize();
      await live.close('answered', summary);
      printSummary(summary, recording.files);
      tellLost(lost, recording.tracks);
      return lost.length > 0 ? ExitCode.boardLost : ExitCode.done;
    } finally {
      await recording.close();
    }
  } finally {
    release();
    await live.close('answered');
  }
}
