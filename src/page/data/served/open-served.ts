import { unpackPiece } from '../../../draw/packing.js';
import type { PageDocument, PageRun, PageSummary } from '../../../draw/page-data.js';
import type { LiveEnd, LiveRun, ServedDocument, ServedHead, ServedProgress } from '../../../draw/served.js';
import { withNew } from './gap-list.js';
import { rehearse } from './rehearsal.js';
import { ServedStore } from './served-store.js';
import { type LinkState, ServerLink } from './server-link.js';

/** A document that its server goes on telling of. */
export interface Served {
  readonly page: PageDocument;
  readonly recordings: readonly { readonly run: PageRun; readonly store: ServedStore }[];
  /** How far recordings at rest had been read when it was opened. */
  readonly progress: readonly ServedProgress[];
  /** More is known of a run, by its place. */
  onRun: (place: number, run: PageRun) => void;
  /** How recordings under way stand; what was missed of it has been made up for. */
  onLive: (runs: readonly LiveRun[], everyMs: number, end: LiveEnd | null) => void;
  onProgress: (progress: readonly ServedProgress[]) => void;
  onState: (state: LinkState) => void;
}

/**
 * Opens the document of the server that a page came from.
 * @param address of the page, with the token in its fragment
 * @param onProgress is told how far recordings have been read of which nothing is known before
 * @throws Error that says why there is none
 */
export async function openServed(
  address: string,
  onProgress: (progress: readonly ServedProgress[]) => void = () => {},
): Promise<Served> {
  const link = new ServerLink(address);
  let head: ((message: ServedHead) => void) | undefined;
  link.onMessage = (message) => head?.(message);
  const document = await knownDocument(link, onProgress, (next) => {
    head = next;
  });
  const recordings = document.runs.map((run) => ({ run, store: new ServedStore(link, run) }));
  const [first] = recordings;
  if (document.mode === 'view') void first?.store.ready.then(() => rehearse(first.run));
  const served: Served = {
    ...{ page: document, recordings, progress: document.progress },
    ...{ onRun: () => {}, onLive: () => {}, onProgress: () => {}, onState: () => {} },
  };
  link.onState = (state) => {
    served.onState(state);
    if (state === 'connected') for (const { store } of recordings) store.onChange();
  };
  const follower = new Follower(link, served);
  link.onMessage = (message, pieces) => follower.take(message, pieces);
  return served;
}

/** The document as soon as it says of all its runs what they are of. */
async function knownDocument(
  link: ServerLink,
  onProgress: (progress: readonly ServedProgress[]) => void,
  listen: (next: (message: ServedHead) => void) => void,
): Promise<ServedDocument> {
  let wake = (): void => {};
  listen(() => wake());
  let isListening = false;
  for (;;) {
    const told = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const document = await link.document();
    const open = document.progress.filter(
      ({ done, run }) => !done && !document.runs.some(({ id }) => id === run),
    );
    const isKnown = document.mode === 'live' ? document.runs.length > 0 : open.length === 0;
    if (!isListening) link.listen();
    isListening = true;
    if (isKnown) return document;
    onProgress(document.progress);
    await told;
  }
}

/** Takes what the server says into the runs and their powers. */
class Follower {
  readonly #link: ServerLink;
  readonly #served: Served;
  readonly #runs: PageRun[];
  #isDone: boolean[];

  constructor(link: ServerLink, served: Served) {
    this.#link = link;
    this.#served = served;
    this.#runs = served.recordings.map(({ run }) => run);
    const { progress } = served.page as ServedDocument;
    this.#isDone = this.#runs.map(({ id }) => progress.find(({ run }) => run === id)?.done ?? false);
  }

  take(head: ServedHead, pieces: readonly ArrayBuffer[]): void {
    if (head.kind === 'progress') {
      void this.#readFurther(head.runs);
      return;
    }
    if (head.end) this.#link.leave();
    for (const live of head.runs) this.#update(live, head.whole);
    pieces.forEach((buffer, n) => {
      const store = this.#served.recordings[this.#placeOf(head.runs[n % head.runs.length]!.run)]?.store;
      // With the end comes all of each run a second time, coarse.
      if (n < head.runs.length) store?.append(unpackPiece(buffer));
      else store?.keep(unpackPiece(buffer));
    });
    this.#served.onLive(head.runs, head.everyMs, head.end);
  }

  #placeOf(id: string): number {
    return this.#runs.findIndex((run) => run.id === id);
  }

  #update(live: LiveRun, whole: boolean): void {
    const place = this.#placeOf(live.run);
    if (place < 0) return;
    const before = this.#runs[place]!;
    this.#set(place, {
      ...before,
      startUs: live.startUs ?? before.startUs,
      endUs: Math.max(before.endUs, live.endUs ?? 0),
      gaps: whole ? live.gaps : withNew(before.gaps, live.gaps),
      bands: placed(whole ? [] : before.bands, live.bands),
      flags: placed(whole ? [] : before.flags, live.flags),
      ...live.standOuts,
      summary: live.summary ?? withWarnings(before, live),
      ...(before.resolution.kind === 'intervals' && {
        resolution: { ...before.resolution, intervalUs: live.intervalUs },
      }),
    });
  }

  #set(place: number, run: PageRun): void {
    this.#runs[place] = run;
    this.#served.recordings[place]!.store.run = run;
    this.#served.onRun(place, run);
  }

  async #readFurther(progress: readonly ServedProgress[]): Promise<void> {
    const isDone = this.#runs.map(({ id }) => progress.find(({ run }) => run === id)?.done ?? false);
    const isNews = isDone.some((done, n) => done && !this.#isDone[n]);
    this.#isDone = isDone;
    if (isNews) {
      const { runs } = await this.#link.document();
      for (const run of runs) {
        const place = this.#placeOf(run.id);
        if (place >= 0) this.#set(place, run);
      }
    }
    for (const each of progress) this.#served.recordings[this.#placeOf(each.run)]?.store.readFurther(each);
    this.#served.onProgress(progress);
  }
}

/** Where they are the same the summary is too, so that nobody takes it for news. */
function withWarnings({ summary }: PageRun, { warnings }: LiveRun): PageSummary {
  const areSame = JSON.stringify(summary.warnings) === JSON.stringify(warnings);
  return areSame ? summary : { ...summary, warnings };
}

function placed<Item>(known: readonly Item[], news: readonly (readonly [number, Item])[]): readonly Item[] {
  if (news.length === 0) return known;
  const items = [...known];
  for (const [place, item] of news) items[place] = item;
  return items;
}
