import type { Command } from 'commander';
import { errorText } from '../../errors.js';
import type { Summary } from '../../measure/summary.js';
import type { RunningRecording } from '../../session/record.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import type { Warning } from '../../stream/warning.js';
import type { Feed, FeedPlan } from './feed.js';
import { HarmlessSink } from './harmless-sink.js';
import { type InfluxOptions, influxOptions, openInflux } from './influx.js';
import { type SpoolOption, spoolLimitOption } from './spool-option.js';

/** Of every command that records. */
export interface FeedOptions extends InfluxOptions, SpoolOption {}

/** In the order in which they are opened. */
const openers: readonly ((options: FeedOptions, plan: FeedPlan) => Promise<Feed | null>)[] = [openInflux];

export const withFeeds = (command: Command): Command =>
  [...influxOptions(), spoolLimitOption()].reduce((grown, option) => grown.addOption(option), command);

/** `--columns` is about the CSV, whose usual columns are more than a database wants; where somebody chose, that holds for both. */
export const feedColumns = (command: Command, columns: string): string =>
  command.getOptionValueSource('columns') === 'cli' ? columns : 'power';

/**
 * Opens what the options ask for; nothing where they ask for nothing.
 * @throws UserError (usage) for what is wrong with the options; (outputFailed) for what can't be had on this machine
 */
export async function openFeeds(options: FeedOptions, plan: FeedPlan): Promise<Feeds> {
  const feeds: Feed[] = [];
  try {
    for (const open of openers) {
      const feed = await open(options, plan);
      if (feed) feeds.push(feed);
    }
  } catch (error) {
    for (const feed of feeds) await feed.close();
    throw error;
  }
  return new Feeds(feeds, plan.onNotice);
}

/** All that a recording feeds. None of these calls throws: what goes wrong is said, and becomes a warning. */
export class Feeds {
  readonly #feeds: readonly Feed[];
  readonly #onNotice: (text: string) => void;
  readonly #warnings: Warning[] = [];
  readonly #failed = new Set<Feed>();

  constructor(feeds: readonly Feed[], onNotice: (text: string) => void) {
    this.#feeds = feeds;
    this.#onNotice = onNotice;
  }

  static readonly none = new Feeds([], () => {});

  /** What sees a track for them. */
  sinksOf(track: Track): Sink[] {
    return this.#feeds.flatMap((feed) => {
      try {
        return [new HarmlessSink(feed.sinkOf(track), (error) => this.#fail(feed, error))];
      } catch (error) {
        this.#fail(feed, error);
        return [];
      }
    });
  }

  begin(recording: Pick<RunningRecording, 'handOver' | 'startMonotonicNs'>): void {
    for (const feed of this.#feeds) {
      try {
        feed.begin?.(recording);
      } catch (error) {
        this.#fail(feed, error);
      }
    }
  }

  /** When all samples have come, and before the summary is made, which gets these warnings. */
  async settle(): Promise<readonly Warning[]> {
    const settled = await Promise.all(
      this.#feeds.map((feed) =>
        feed.settle().catch((error: unknown) => {
          this.#fail(feed, error);
          return [];
        }),
      ),
    );
    return [...settled.flat(), ...this.#warnings.splice(0)];
  }

  /** Safe to call twice. */
  async close(summary?: Summary): Promise<void> {
    await Promise.all(
      this.#feeds.map((feed) => feed.close(summary).catch((error: unknown) => this.#fail(feed, error))),
    );
  }

  #fail(feed: Feed, error: unknown): void {
    if (this.#failed.has(feed)) return;
    this.#failed.add(feed);
    const message = `${feed.name} is fed no more: ${errorText(error)}; the recording goes on`;
    this.#onNotice(message);
    this.#warnings.push({ code: 'feed-failed', message });
  }
}
