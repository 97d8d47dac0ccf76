import type { Command } from 'commander';
import { errorText } from '../../errors.js';
import type { Scraped } from '../../feeds/metrics/metrics.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import {
  type MetricsOptions,
  metricsAccess,
  metricsOption,
  metricsTokenFileOption,
} from './metrics-options.js';

/** Options of what a recording feeds while it goes on. */
export interface FeedOptions extends MetricsOptions {}

/** What a recording feeds while it goes on; nothing that is measured hangs on it. */
export interface Feeds {
  /** What sees a track, behind the track's own sinks. */
  sinksOf(track: Track): readonly Sink[];
  /** The recording has begun. */
  begin(recording: Scraped): void;
  /** Never throws; safe to call twice. */
  close(): Promise<void>;
}

export const withFeeds = (command: Command): Command =>
  command.addOption(metricsOption()).addOption(metricsTokenFileOption());

/**
 * Refuses options that cannot be meant, before anything is opened.
 * @throws UserError (usage)
 */
export const checkFeeds = (options: FeedOptions): void => void metricsAccess(options);

/**
 * @param tell says where things are, to a person
 * @throws UserError (usage; outputFailed where nothing can listen at a place)
 */
export async function openFeeds(options: FeedOptions, tell: (text: string) => void): Promise<Feeds> {
  const access = metricsAccess(options);
  if (!access) return noFeeds;
  const { MetricsServer } = await import('../../feeds/metrics/metrics-server.js');
  const metrics = await MetricsServer.open(access.place, access.token);
  tell(`metrics are at ${metrics.url}`);
  return {
    sinksOf: (track) => [metrics.sinkOf(track)],
    begin: (recording) => metrics.begin(recording),
    close: async () => metrics.close(),
  };
}

/** The same for a command that runs whatever is wrong with measuring. @param onFault is told what cannot be had */
export async function openFeedsIfPossible(
  options: FeedOptions & { readonly strict?: true },
  tell: (text: string) => void,
  onFault: (text: string) => void,
): Promise<Feeds> {
  checkFeeds(options);
  try {
    return await openFeeds(options, tell);
  } catch (error) {
    if (options.strict) throw error;
    onFault(`there are no metrics: ${errorText(error)}`);
    return noFeeds;
  }
}

const noFeeds: Feeds = { sinksOf: () => [], begin: () => {}, close: async () => {} };
