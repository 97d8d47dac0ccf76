import type { PageDocument, PageRun } from '../draw/page-data.js';
import type { LiveEnd, ServedProgress } from '../draw/served.js';
import type { PowerStore } from './data/power-store.js';
import { openServed } from './data/served/open-served.js';
import type { LinkState } from './data/served/server-link.js';
import { element } from './dom.js';
import type { AppState } from './state/app-state.js';

type Show = (page: PageDocument, found: readonly { run: PageRun; store: PowerStore }[]) => AppState;

const stateTexts: Readonly<Record<LinkState, string>> = {
  connecting: 'Connecting …',
  connected: '',
  reconnecting: 'The connection broke off; trying again …',
  refused: 'powerlog was started anew: open the address that it printed.',
  closed: 'powerlog has ended; what is here stays.',
};

/** Fills the page from the server that it came from, and goes on with what that tells. */
export async function serve(show: Show): Promise<void> {
  const bar = element('p', { class: 'served', role: 'status' });
  document.body.append(bar);
  const say = (text: string): void => {
    bar.textContent = text;
    bar.hidden = text === '';
  };
  say(stateTexts.connecting);
  try {
    const served = await openServed(location.href, (progress) => say(progressText(progress)));
    const state = show(served.page, served.recordings);
    let [link, told]: [LinkState, string] = ['connected', ''];
    const update = (): void => {
      bar.dataset.link = link;
      say([told, stateTexts[link]].filter(Boolean).join(' '));
    };
    served.onRun = (place, run) => state.setRun(state.recordings[place]!, run);
    served.onState = (next) => {
      link = next;
      update();
    };
    served.onLive = (_, end) => {
      told = endText(end);
      update();
    };
    served.onProgress = (progress) => {
      told = progressText(progress);
      update();
    };
    update();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}

const endText = (end: LiveEnd | null): string => (end ? `The recording has ended: ${end.text}.` : '');

function progressText(progress: readonly ServedProgress[]): string {
  const problems = progress.flatMap(({ problem }) => problem ?? []);
  const open = progress.filter(({ done }) => !done);
  const share = progress.reduce((sum, each) => sum + each.share, 0) / Math.max(progress.length, 1);
  const reading = open.length > 0 ? [`Reading: ${Math.floor(share * 100)} %.`] : [];
  return [...problems, ...reading].join(' ');
}
