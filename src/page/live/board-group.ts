import { newColumns } from '../../draw/envelope.js';
import type { LiveRun } from '../../draw/served.js';
import { element } from '../dom.js';
import { runToggle } from '../panels/runs.js';
import type { AppState } from '../state/app-state.js';
import { keyPrefix, type Recording } from '../state/recording.js';
import { BoardFacts } from './board-facts.js';
import { NowTile } from './now-tile.js';

/** What a power is now is its mean over so long: single samples would only flicker, µs. */
const nowUs = 500_000;

/** What one instrument draws now, component by component. */
export class BoardGroup {
  readonly root = element('section', { class: 'board' });
  readonly facts: BoardFacts;
  readonly #recording: Recording;
  readonly #tiles: readonly { readonly tile: NowTile; readonly series: number }[];
  readonly #column = newColumns(1);
  readonly #away = element('span', { class: 'board-away', role: 'status' });

  constructor(state: AppState, n: number) {
    const recording = state.recordings[n]!;
    this.#recording = recording;
    const prefix = keyPrefix(state.recordings, n);
    this.facts = new BoardFacts(prefix);
    this.#tiles = state.channels
      .filter(({ kind, series }) => kind === 'component' && series[n]! >= 0)
      .map((channel) => ({
        tile: new NowTile(state, channel, recording, prefix),
        series: channel.series[n]!,
      }));
    const tiles = element(
      'div',
      { class: 'tiles', 'aria-label': `Power now, ${recording.run.name}`, role: 'group' },
      ...this.#tiles.map(({ tile }) => tile.root),
    );
    if (state.recordings.length > 1)
      this.root.append(
        element(
          'header',
          { class: 'board-head' },
          runToggle(state, recording, n),
          this.#away,
          this.facts.root,
        ),
      );
    this.root.append(tiles);
  }

  /** @param meanHz of the whole recording, when that is over */
  show(live: LiveRun, isOver: boolean, meanHz: number | null): void {
    this.facts.show(live, meanHz);
    this.#away.textContent = live.away ? 'away' : '';
    this.root.classList.toggle('is-away', live.away);
    for (const [place, { tile, series }] of this.#tiles.entries()) {
      const lastMw = isOver ? null : (live.powerMw[place] ?? null);
      tile.show(lastMw === null ? null : this.#nowMw(series, lastMw));
    }
  }

  /** @param lastMw of the last sample, where no more is known */
  #nowMw(series: number, lastMw: number): number {
    const { store } = this.#recording;
    store.fillColumns(series, store.endUs - nowUs, store.endUs, this.#column);
    const mean = this.#column.meanMw[0]!;
    return Number.isNaN(mean) ? lastMw : mean;
  }
}
