import type { LiveEnd, LiveRun } from '../../draw/served.js';
import { formatClock } from '../../units.js';
import { linkTexts } from '../data/served/link-texts.js';
import type { LinkState } from '../data/served/server-link.js';
import { element, setFigure } from '../dom.js';
import { duration, instant } from '../format.js';
import type { AppState } from '../state/app-state.js';

const usPerS = 1e6;

/** What is to be shown of a recording: how it goes on, or why it does not. */
type Standing = 'recording' | 'away' | 'ended' | 'lost';

/** How the recording stands, and for how long it has gone on. */
export class StatusLine {
  readonly root = element('section', { class: 'live-status', 'aria-label': 'Recording' });
  readonly #state: AppState;
  readonly #text = element('p', { class: 'served', role: 'status' });
  readonly #elapsed = element('data', { class: 'figure live-elapsed', title: 'How long it has gone on' });
  #link: LinkState = 'connected';
  #runs: readonly LiveRun[] = [];
  #end: LiveEnd | null = null;

  constructor(state: AppState) {
    this.#state = state;
    this.root.append(this.#text, this.#elapsed);
  }

  set link(link: LinkState) {
    this.#link = link;
    this.#say();
  }

  /** @param elapsedUs by now */
  show(runs: readonly LiveRun[], end: LiveEnd | null, elapsedUs: number): void {
    this.#runs = runs;
    this.#end = end;
    this.#say();
    const whole = end ? this.#wholeS() : null;
    const seconds = whole ?? elapsedUs / usPerS;
    const text = whole === null ? formatClock(seconds) : duration(seconds);
    setFigure(this.#elapsed, 'duration_s', seconds, text);
  }

  #say(): void {
    const standing = this.#standing();
    this.root.dataset.standing = standing;
    this.#text.dataset.link = this.#link;
    const text = this.#textOf(standing);
    // Said once, however often it is so.
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }

  #standing(): Standing {
    if (this.#end) return 'ended';
    if (this.#link !== 'connected') return 'lost';
    return this.#runs.some(({ away }) => away) ? 'away' : 'recording';
  }

  #textOf(standing: Standing): string {
    switch (standing) {
      case 'ended':
        return `The recording has ended: ${this.#end!.text}.`;
      case 'lost':
        return linkTexts[this.#link];
      case 'away':
        return this.#runs.flatMap((run) => (run.away ? this.#awayText(run) : [])).join(' ');
      case 'recording':
        return 'Recording';
    }
  }

  #awayText({ run: id, endUs }: LiveRun): string {
    const { recordings } = this.#state;
    const name = recordings.find(({ run }) => run.id === id)?.run.name ?? '';
    const who = recordings.length > 1 ? name : 'The board';
    return endUs === null
      ? `${who} says nothing.`
      : `${who} is away since ${instant(endUs / usPerS, 0.1)}; waiting for it.`;
  }

  /** Of several, the longest. */
  #wholeS(): number | null {
    const known = this.#state.recordings.flatMap(({ run }) => {
      const { duration_s: seconds } = run.summary as { duration_s?: number | null };
      return seconds ?? [];
    });
    return known.length > 0 ? Math.max(...known) : null;
  }
}
