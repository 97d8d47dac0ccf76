import type { LiveEnd, LiveRun } from '../../draw/served.js';
import type { Served } from '../data/served/open-served.js';
import type { LinkState } from '../data/served/server-link.js';
import { element } from '../dom.js';
import type { AppState } from '../state/app-state.js';
import { Alarms } from './alarms.js';
import { BoardGroup } from './board-group.js';
import { Follow } from './follow.js';
import { LiveClock } from './live-clock.js';
import { RunFeed } from './run-feed.js';
import { StatusLine } from './status-line.js';

/** A recording under way: what is over its picture, and how the picture goes along with it. */
export class LiveView {
  readonly root: HTMLElement;
  readonly #state: AppState;
  readonly #status: StatusLine;
  readonly #groups: readonly BoardGroup[];
  readonly #clock = new LiveClock();
  readonly #feed: RunFeed;
  #follow: Follow | undefined;
  #end: LiveEnd | null = null;

  /** @param ofCommand what is recorded is a command, whose phases come */
  constructor(state: AppState, ofCommand: boolean) {
    this.#state = state;
    state.isUnderWay = true;
    state.isOfCommand = ofCommand;
    this.#status = new StatusLine(state);
    this.#feed = new RunFeed(state);
    this.#groups = state.recordings.map((_, n) => new BoardGroup(state, n));
    const [first] = this.#groups;
    if (this.#groups.length === 1) this.#status.root.append(first!.facts.root);
    const bar = element('div', { class: 'live-bar' }, this.#status.root, new Alarms(state).root);
    this.root = element('div', { class: 'live' }, bar, ...this.#groups.map(({ root }) => root));
    state.follow();
  }

  /** There is a picture. @param columns how many pixels it is wide */
  begin(columns: () => number): void {
    this.#follow = new Follow(this.#state, this.#clock, columns);
  }

  /** Goes on with what the server tells. */
  listen(served: Served): void {
    served.onRun = (place, run) => this.#feed.take(place, run);
    served.onLive = (runs, everyMs, end) => this.#show(runs, everyMs, end);
    served.onState = (link) => this.#stand(link);
    const ease = (): void => {
      for (const { store } of served.recordings) store.isFollowed = this.#state.follows;
    };
    ease();
    this.#state.on(['follow'], ease);
  }

  #show(runs: readonly LiveRun[], everyMs: number, end: LiveEnd | null): void {
    const { recordings } = this.#state;
    const nowMs = performance.now();
    const endUs = Math.max(0, ...runs.map((run) => run.endUs ?? 0));
    this.#clock.hear(endUs, everyMs, nowMs);
    const isAway = runs.every(({ away }) => away);
    if (this.#follow) this.#follow.isAway = isAway;
    for (const live of runs) {
      const n = recordings.findIndex(({ run }) => run.id === live.run);
      this.#groups[n]?.show(live, end !== null, end ? meanHzOf(recordings[n]!.run.summary) : null);
    }
    const byClockUs = this.#clock.nowUs(nowMs);
    this.#status.show(runs, end, isAway && !Number.isNaN(byClockUs) ? byClockUs : endUs);
    if (end && !this.#end) this.#follow?.finish(endUs);
    this.#end = end;
    this.#feed.tell(end !== null);
  }

  #stand(link: LinkState): void {
    this.#status.link = link;
    // The recording may go on, but nothing is heard of it.
    if (link === 'closed' || link === 'refused') this.#follow?.finish(this.#state.whole.toUs);
  }
}

const meanHzOf = (summary: { readonly [key: string]: unknown }): number | null => {
  const { sample_rate_hz: hz } = summary as { sample_rate_hz?: number | null };
  return hz ?? null;
};
