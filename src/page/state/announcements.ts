/** What of the state has changed. */
type Topic =
  | 'view'
  /** Whether the view goes along with the end of a recording under way, and how much of it is in view. */
  | 'follow'
  | 'cursors'
  | 'pointer'
  /** Somebody asked to be shown something in the plot. */
  | 'jump'
  | 'verdict'
  | 'series'
  | 'theme'
  | 'rolling'
  | 'drag'
  | 'scale'
  /** Another place of a run on the axis. */
  | 'offsets'
  /** More is known of the powers. */
  | 'powers'
  /** More is known of the runs: figures, gaps, lists. */
  | 'runs'
  /** Bands or flags have come, or go on. */
  | 'bands';

/** Tells those who asked for it of what has changed. */
export class Announcements {
  readonly #listeners: { readonly topics: ReadonlySet<Topic>; readonly call: () => void }[] = [];

  /** Calls whenever one of these has changed. */
  on(topics: readonly Topic[], call: () => void): void {
    this.#listeners.push({ topics: new Set(topics), call });
  }

  changed(topic: Topic): void {
    for (const { topics, call } of this.#listeners) if (topics.has(topic)) call();
  }
}
