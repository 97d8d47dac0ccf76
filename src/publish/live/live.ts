import { nsSince } from '../../clock.js';
import type { PageSummary } from '../../draw/page-data.js';
import { type LiveEnd, packMessage, type ServedDocument } from '../../draw/served.js';
import { unwatchedMs, watchedMs } from '../../link/link.js';
import type { Summary } from '../../measure/summary.js';
import type { RunningRecording } from '../../session/record.js';
import type { Track } from '../../session/track.js';
import type { Sink } from '../../sink/sink.js';
import type { EndReason } from '../../stream/event.js';
import { tool } from '../../tool.js';
import { servedPage } from '../page.js';
import type { Place } from '../server/access.js';
import type { Published } from '../server/api.js';
import { type Goodbye, goodbyes } from '../server/clients.js';
import { PageServer } from '../server/server.js';
import { LiveTrack } from './live-track.js';

/** What comes of several tracks within so long goes in one message, ms. */
const gatherMs = 15;
/** Each page is told as often as this allows: of more of them each is told less often, so that what all of them cost stays about the same. */
const pagesToldAtFirst = 5;
/** Where nothing comes, how things stand is told all the same, ms. */
const idleMs = 1000;
const endTexts: Readonly<Record<EndReason, string>> = {
  duration: 'its time is over',
  stopped: 'it was stopped',
  'source-ended': 'the capture is over',
  'board-lost': 'the board was lost and did not come back',
  'output-failed': 'an output could not be written',
};

/** A recording under way on a page, for whoever knows its address. As long as nobody looks, it costs next to nothing. */
export class Live {
  #server!: PageServer;
  readonly #tracks: LiveTrack[] = [];
  #recording: Pick<RunningRecording, 'handOver' | 'startMonotonicNs'> | undefined;
  /** While somebody looks. */
  #timers: readonly NodeJS.Timeout[] = [];
  #everyMs = 0;
  #due: NodeJS.Timeout | undefined;
  #isEndTold = false;
  #closing: Promise<void> | undefined;

  readonly #ofCommand: boolean;

  private constructor(ofCommand: boolean) {
    this.#ofCommand = ofCommand;
  }

  /**
   * @param ofCommand pages keep room for a command and its phases
   * @throws UserError (outputFailed) where nothing can listen there
   */
  static async open(place: Place, ofCommand = false): Promise<Live> {
    const live = new Live(ofCommand);
    live.#server = await PageServer.open({
      place,
      page: servedPage('live'),
      published: live.#published(),
      onListeners: (count) => live.#listen(count),
    });
    live.#server.unref();
    return live;
  }

  get url(): string {
    return this.#server.url;
  }

  /** What sees a track for the page, behind the track's own sinks. */
  sinkOf(track: Track): Sink {
    const sink = new LiveTrack(`run${this.#tracks.length}`, track, () => this.#news());
    this.#tracks.push(sink);
    return sink;
  }

  /** The recording has begun. */
  begin(recording: Pick<RunningRecording, 'handOver' | 'startMonotonicNs'>): void {
    this.#recording = recording;
  }

  /**
   * Tells the pages that the recording is over, and closes when they have heard it, or do not listen.
   * @param until that they have been told is enough where somebody waits for the end
   * @param summary what is told in the end; of several instruments each tells its own
   */
  close(until: Goodbye['until'], summary?: Summary): Promise<void> {
    this.#closing ??= this.#close(until, summary);
    return this.#closing;
  }

  async #close(until: Goodbye['until'], summary?: Summary): Promise<void> {
    this.#listen(0);
    const [track, ...others] = this.#tracks;
    const isWhole = summary !== undefined && others.length === 0;
    if (isWhole) track?.conclude(summary as unknown as PageSummary);
    if (this.#server.clients.count > 0 && (isWhole || !this.#isEndTold)) this.#push();
    await this.#server.close(goodbyes[until]);
  }

  #published(): Published {
    const named = (id: string): LiveTrack | undefined => this.#tracks.find((track) => track.id === id);
    return {
      document: (): ServedDocument => {
        const begun = this.#tracks.flatMap(({ run }) => run ?? []);
        // A page keeps to the instruments that it was told of at first.
        const runs = begun.length === this.#tracks.length ? begun : [];
        return {
          ...{ version: 1, mode: 'live', ofCommand: this.#ofCommand, runs, progress: [] },
          title: runs.map(({ name }) => name).join(', '),
          tool: { name: tool.name, version: tool.version },
        };
      },
      piece: async (id, ...stretch) => named(id)?.piece(...stretch) ?? null,
      measure: async (id, ...stretch) => named(id)?.measure(...stretch) ?? null,
      greeting: (missed) => this.#message(true, missed),
    };
  }

  #news(): void {
    if (this.#server.clients.count > 0 && !this.#closing)
      this.#due ??= setTimeout(() => this.#push(), gatherMs).unref();
  }

  #push(): void {
    clearTimeout(this.#due);
    this.#due = undefined;
    this.#isEndTold = this.#end !== null;
    const message = this.#message(this.#isEndTold, 0, true);
    if (this.#isEndTold) this.#server.clients.broadcastLast(message);
    else this.#server.clients.broadcast(message);
  }

  /** Samples come more often as long as somebody looks. */
  #listen(count: number): void {
    const everyMs = Math.min(watchedMs * Math.ceil(count / pagesToldAtFirst), unwatchedMs);
    if (everyMs === this.#everyMs) return;
    if (this.#everyMs === 0) for (const track of this.#tracks) track.forget();
    this.#everyMs = everyMs;
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    if (count === 0) return;
    this.#timers = [
      setInterval(() => this.#recording?.handOver(), everyMs).unref(),
      setInterval(() => this.#news(), idleMs).unref(),
    ];
  }

  #message(whole: boolean, missed: number, withPieces = false): Uint8Array {
    return packMessage(
      {
        ...{ kind: 'state', whole, missed, everyMs: this.#everyMs },
        runs: this.#tracks.map((track) => track.state(whole, this.#nowUs)),
        end: this.#end,
      },
      withPieces ? this.#pieces() : [],
    );
  }

  /** What is new; in the end all too, for pages that want to look at it when the server is gone. */
  #pieces(): Uint8Array[] {
    const news = this.#tracks.map((track) => track.push());
    return this.#end ? [...news, ...this.#tracks.map((track) => track.whole())] : news;
  }

  /** When no track goes on; what became of the worst is said. */
  get #end(): LiveEnd | null {
    const reasons = this.#tracks.map(({ ended }) => ended);
    const worst = worstFirst.find((reason) => reasons.includes(reason));
    if (!worst || reasons.includes(null)) return null;
    return { reason: worst, text: endTexts[worst] };
  }

  get #nowUs(): number {
    const startNs = this.#recording?.startMonotonicNs;
    return startNs == null ? 0 : nsSince(startNs) / 1000;
  }
}

const worstFirst: readonly EndReason[] = [
  'output-failed',
  'board-lost',
  'stopped',
  'duration',
  'source-ended',
];
