import type { PageDocument, PageRun } from '../draw/page-data.js';
import type { ServedProgress } from '../draw/served.js';
import type { PowerStore } from './data/power-store.js';
import { linkTexts } from './data/served/link-texts.js';
import { openServed, type Served } from './data/served/open-served.js';
import type { LinkState } from './data/served/server-link.js';
import { element } from './dom.js';
import type { LiveView } from './live/live-view.js';
import type { AppState } from './state/app-state.js';

/** A page that is filled. */
export interface Shown {
  readonly state: AppState;
  /** Of a recording under way. */
  readonly live: LiveView | null;
}

type Show = (page: PageDocument, found: readonly { run: PageRun; store: PowerStore }[]) => Shown;

/** Fills the page from the server that it came from, and goes on with what that tells. */
export async function serve(show: Show): Promise<void> {
  const bar = new ServedBar();
  bar.say(linkTexts.connecting);
  try {
    const served = await openServed(location.href, (progress) => bar.read(progress));
    const { state, live } = show(served.page, served.recordings);
    bar.say('');
    if (live) {
      bar.root.remove();
      live.listen(served);
    } else readOn(state, served, bar);
  } catch (error) {
    bar.say(error instanceof Error ? error.message : String(error));
  }
}

/** Recordings at rest, of which more is read beside. */
function readOn(state: AppState, served: Served, bar: ServedBar): void {
  served.onRun = (place, run) => {
    state.setRun(state.recordings[place]!, run);
    state.changed('runs');
  };
  served.onState = (link) => bar.stand(link);
  served.onProgress = (progress) => bar.read(progress);
  bar.stand('connected');
  bar.read(served.progress);
}

/** How the page stands with its server, and how far that has read: over the page, so that nothing moves. */
class ServedBar {
  readonly root = element('div', { class: 'served over', role: 'status' });
  readonly #text = element('span');
  readonly #progress = element('progress', { max: '1', 'aria-label': 'How much of the recordings is read' });
  #link: LinkState = 'connected';
  #told = '';

  constructor() {
    this.root.append(this.#text, this.#progress);
    this.#progress.hidden = true;
    document.body.append(this.root);
  }

  say(text: string): void {
    this.#text.textContent = text;
    this.root.hidden = text === '';
  }

  stand(link: LinkState): void {
    this.#link = link;
    this.root.dataset.link = link;
    this.#update();
  }

  read(progress: readonly ServedProgress[]): void {
    const problems = progress.flatMap(({ problem }) => problem ?? []);
    const share = progress.reduce((sum, each) => sum + each.share, 0) / Math.max(progress.length, 1);
    const isReading = progress.some(({ done }) => !done);
    this.#progress.hidden = !isReading;
    this.#progress.value = share;
    const reading = `Reading on: ${Math.floor(share * 100)} %. Every sample can be looked at; figures come when it is done.`;
    this.#told = [...problems, ...(isReading ? [reading] : [])].join(' ');
    this.#update();
  }

  #update(): void {
    this.say([this.#told, linkTexts[this.#link]].filter(Boolean).join(' '));
  }
}
