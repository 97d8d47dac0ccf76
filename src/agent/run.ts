import { nsSince } from '../clock.js';
import { errorText } from '../errors.js';
import type { Metrics } from '../feeds/metrics/metrics.js';
import { stampOf } from '../feeds/spool/place.js';
import type { MapChoice } from '../measure/rail-map.js';
import { isAway } from '../measure/tracks/away.js';
import type { AgentConfig } from '../schema/agent-config.js';
import { type RunningRecording, startRecording } from '../session/record.js';
import type { Track } from '../session/track.js';
import type { Sink } from '../sink/sink.js';
import type { Source } from '../source/source.js';
import { CaptureSeries } from './capture-series.js';
import type { BoardHealth } from './health.js';
import { PowerWatch } from './power-watch.js';

/** What the agent's runs feed, one after the other. */
export interface AgentFeed {
  /** Another run begins. */
  nextRecording(): void;
  sinkOf(track: Track): Sink;
  /** Why nothing arrives; null where it does. */
  readonly trouble: string | null;
  /** Sends what can still be sent; gives what is left. */
  settle(): Promise<readonly { readonly message: string }[]>;
  close(): Promise<void>;
}

interface RunOptions {
  readonly config: AgentConfig;
  readonly map: MapChoice;
  readonly metrics: Metrics;
  readonly feed: AgentFeed | null;
  readonly onFile: (track: string, path: string) => void;
  readonly onCaptureFailure: (why: string | null) => void;
  readonly onNotice: (text: string) => void;
}

interface Watched {
  readonly track: Track;
  readonly power: PowerWatch;
}

/** One recording of all boards that are there, which ends when one is lost, when its time is over, or when it is told to. */
export class Run {
  /** Resolves when it is over. */
  readonly ended: Promise<{ readonly lost: readonly string[] }>;
  readonly #recording: RunningRecording;
  readonly #watched: readonly Watched[];

  private constructor(
    readonly stamp: string,
    recording: RunningRecording,
    watched: readonly Watched[],
    metrics: Metrics,
  ) {
    this.#recording = recording;
    this.#watched = watched;
    this.ended = this.#end(metrics);
  }

  /** @throws UserError (usage) where the configuration does not fit the boards; the sources are closed then */
  static async start(sources: readonly Source[], options: RunOptions): Promise<Run> {
    const { config, map, metrics, feed, onNotice } = options;
    const stamp = stampOf(Date.now());
    feed?.nextRecording();
    const watched: Watched[] = [];
    try {
      const recording = await startRecording({
        ...{ sources, map, onNotice, outputs: { columns: 'power' } },
        onSinkError: (error) => {
          onNotice(`${errorText(error)}; the recording goes on`);
          return true;
        },
        sampling: {
          durationMs: config.run_for,
          ...(config.rate_hz === undefined ? {} : { rateHz: config.rate_hz }),
        },
        sinks: (track) => {
          const power = new PowerWatch(config.power.none_below_w);
          watched.push({ track, power });
          const captures = capturesOf(track, options);
          return [
            ...[...track.outputs.sinks, power, metrics.sinkOf(track)],
            ...captures,
            ...(feed ? [feed.sinkOf(track)] : []),
          ];
        },
      });
      metrics.begin(recording);
      return new Run(stamp, recording, watched, metrics);
    } catch (error) {
      metrics.end();
      throw error;
    }
  }

  stop(): void {
    this.#recording.stop();
  }

  /** Those of which samples come; the ids of the others. */
  get boards(): { readonly there: readonly BoardHealth[]; readonly away: readonly string[] } {
    const startNs = this.#recording.startMonotonicNs;
    const nowUs = startNs === null ? null : nsSince(startNs) / 1000;
    const away: string[] = [];
    const there = this.#watched.map(({ track }): BoardHealth => {
      const { samples, lastUs, powerMw } = track.outputs.collector.progress();
      const isGone = nowUs !== null && isAway(samples, lastUs, nowUs);
      if (isGone) away.push(track.id);
      const [systemMw = null] = powerMw;
      return {
        board: track.source.identity.name || track.source.identity.product,
        port: track.source.identity.port,
        samples,
        power_w: isGone || systemMw === null ? null : systemMw / 1000,
        last_sample_unix_s:
          lastUs === null || nowUs === null ? null : Date.now() / 1000 - (nowUs - lastUs) / 1e6,
      };
    });
    return { there, away };
  }

  /** For how long no board has drawn any power, ms. */
  get withoutPowerMs(): number {
    return Math.min(...this.#watched.map(({ power }) => power.withoutMs));
  }

  async #end(metrics: Metrics): Promise<{ lost: readonly string[] }> {
    try {
      const { lost } = await this.#recording.ended;
      return { lost: lost.map(({ id }) => id) };
    } finally {
      metrics.end();
      await this.#recording.close();
    }
  }
}

function capturesOf(track: Track, { config, onFile, onCaptureFailure }: RunOptions): Sink[] {
  if (!config.captures) return [];
  return [
    new CaptureSeries({
      ...{ track, folder: config.captures.folder, everyMs: config.captures.every },
      onFile: (path) => onFile(track.id, path),
      onFailure: onCaptureFailure,
    }),
  ];
}
