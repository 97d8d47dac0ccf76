import type { IncomingMessage } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { nsSince } from '../../clock.js';
import type { Reply } from '../../publish/server/replies.js';
import type { RunningRecording } from '../../session/record.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import { printable } from '../../text.js';
import { BoardNames } from '../board-names.js';
import { type Family, formatFor } from './exposition.js';
import { familiesOf } from './families.js';
import { MetricsTrack } from './metrics-track.js';
import { Scrapers } from './scrapers.js';

/** What of a recording under way is asked for. */
export type Scraped = Pick<RunningRecording, 'handOver' | 'startMonotonicNs'>;

/** What scrapers may ask of a recording under way; of none where nothing is recorded. */
export class Metrics {
  readonly #names = new BoardNames(printable);
  readonly #tracks = new Map<string, MetricsTrack>();
  readonly #scrapers = new Scrapers((scraper) => {
    for (const track of this.#tracks.values()) track.forget(scraper);
  });
  #recording: Scraped | undefined;
  readonly #beside: () => readonly Family[];

  /** @param beside what else is told, of who records */
  constructor(beside: () => readonly Family[] = () => []) {
    this.#beside = beside;
  }

  /** What sees a track, behind the track's own sinks. */
  sinkOf(track: Track): Sink {
    const label = this.#names.of(track);
    const sink = new MetricsTrack(track, label);
    this.#tracks.set(label, sink);
    return sink;
  }

  /** The recording has begun. */
  begin(recording: Scraped): void {
    this.#recording = recording;
  }

  /** Nothing is recorded any more. */
  end(): void {
    this.#recording = undefined;
    this.#names.forget();
    this.#tracks.clear();
  }

  /** Answers a scrape, with the samples up to now. */
  async answer(request: IncomingMessage): Promise<Reply> {
    const format = formatFor(request.headers.accept);
    const reply = { status: 200, type: format.contentType, headers: { Vary: 'Accept' } };
    // Nobody reads it, so that it is no scrape.
    if (request.method === 'HEAD') return { ...reply, body: '' };
    this.#recording?.handOver();
    await turn(); // in which what was handed over goes through the sinks
    const scraper = this.#scrapers.of(request);
    const startNs = this.#recording?.startMonotonicNs ?? null;
    const nowUs = startNs === null ? null : nsSince(startNs) / 1000;
    const readings = [...this.#tracks.values()].map((track) => track.read(scraper, nowUs));
    return { ...reply, body: format.write([...familiesOf(readings), ...this.#beside()]) };
  }
}
