import { packMessage, type ServedDocument } from '../../draw/served.js';
import type { ReadingOptions } from '../../report/rested.js';
import { tool } from '../../tool.js';
import { servedPage } from '../page.js';
import type { Place } from '../server/access.js';
import type { Published } from '../server/api.js';
import { goodbyes } from '../server/clients.js';
import { PageServer } from '../server/server.js';
import { ViewedRun } from './viewed-run.js';

/** As often as that pages are told how far reading has come, ms. */
const progressMs = 500;

interface ViewOptions {
  readonly paths: readonly string[];
  readonly place: Place;
  readonly reading: ReadingOptions;
}

/** Recordings at rest on a page, which is there at once; they are read beside. */
export class View {
  readonly #runs: readonly ViewedRun[];
  readonly #server: PageServer;
  #closed = false;

  private constructor(runs: readonly ViewedRun[], server: PageServer) {
    this.#runs = runs;
    this.#server = server;
  }

  /** @throws UserError (badInput) where a recording cannot be opened, (outputFailed) where nothing can listen there */
  static async open({ paths, place, reading }: ViewOptions): Promise<View> {
    const runs: ViewedRun[] = [];
    try {
      for (const [n, path] of paths.entries()) runs.push(await ViewedRun.open(`run${n}`, path, reading));
      const server = await PageServer.open({ place, page: servedPage('view'), published: published(runs) });
      return new View(runs, server);
    } catch (error) {
      for (const run of runs) run.close();
      throw error;
    }
  }

  get url(): string {
    return this.#server.url;
  }

  /**
   * Reads the recordings, one after another.
   * @param onProgress is told which is read, and how much of it has been, 0 … 1
   * @returns what is wrong with those that could not be read
   */
  async read(reading: ReadingOptions, onProgress: (run: number, share: number) => void): Promise<string[]> {
    let toldMs = Number.NEGATIVE_INFINITY;
    for (const [n, run] of this.#runs.entries()) {
      await run.read(
        reading,
        () => !this.#closed,
        () => {
          const { done, share } = run.progress;
          if (!done && performance.now() - toldMs < progressMs) return;
          toldMs = performance.now();
          onProgress(n, share);
          this.#server.clients.broadcast(progressMessage(this.#runs));
        },
      );
      if (this.#closed) break;
    }
    return this.#runs.flatMap(({ progress }) => progress.problem ?? []);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#server.close(goodbyes.answered);
    for (const run of this.#runs) run.close();
  }
}

const progressMessage = (runs: readonly ViewedRun[]): Uint8Array =>
  packMessage({ kind: 'progress', runs: runs.map(({ progress }) => progress) });

function published(runs: readonly ViewedRun[]): Published {
  const named = (id: string): ViewedRun | undefined => runs.find((run) => run.id === id && run.run !== null);
  return {
    document: (): ServedDocument => {
      const known = runs.flatMap(({ run }) => run ?? []);
      return {
        ...{ version: 1, mode: 'view' },
        title: known.map(({ name }) => name).join(', '),
        tool: { name: tool.name, version: tool.version },
        runs: known,
        progress: runs.map(({ progress }) => progress),
      };
    },
    piece: async (id, fromUs, toUs, columns) => (await named(id)?.piece(fromUs, toUs, columns)) ?? null,
    measure: async (id, fromUs, toUs) => (await named(id)?.measure(fromUs, toUs)) ?? null,
    greeting: () => progressMessage(runs),
  };
}
