import { hostname } from 'node:os';
import { ExitCode, errorText, UserError } from '../errors.js';
import { Metrics } from '../feeds/metrics/metrics.js';
import { metricsPath } from '../feeds/metrics/metrics-server.js';
import { makeFolders } from '../file/folder/make-folders.js';
import type { MapChoice } from '../measure/rail-map.js';
import { isLoopback, type Place, type Token } from '../publish/server/access.js';
import { AnswerServer } from '../publish/server/answer-server.js';
import type { AgentConfig } from '../schema/agent-config.js';
import { openAllSources } from '../source/open.js';
import { startTimer } from '../timer.js';
import { plural } from '../units.js';
import { Problems } from './health.js';
import { type Kept, sweep } from './keeping.js';
import { type AgentFeed, Run } from './run.js';

interface AgentOptions {
  readonly config: AgentConfig;
  readonly map: MapChoice;
  readonly place: Place;
  readonly token: Token | null;
  /** Null where nothing is fed. */
  readonly feed: AgentFeed | null;
  readonly onNotice: (text: string) => void;
}

const healthPath = '/health';

/** How often a board is looked for, and how things stand is looked at, ms. */
const searchMs = 1000;
const lookMs = 1000;
/** How often it is looked whether more is kept than shall be, ms. */
const sweepMs = 60_000;
/** A board that went away for a moment leaves a gap, and not another run, ms. */
const reconnectMs = 30_000;

/** Records whenever a board is there, and says how it goes, until it is told to end. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #problems: Problems;
  readonly #metrics: Metrics;
  readonly #active = new Map<string, string>();
  #run: Run | null = null;
  #kept: Kept | null = null;
  /** Why captures cannot be written, and why they cannot be looked through. */
  #unwritten: string | null = null;
  #unswept: string | null = null;
  #stopped = false;
  #wake = (): void => {};

  constructor(options: AgentOptions) {
    this.#options = options;
    this.#problems = new Problems(options.onNotice);
    this.#metrics = new Metrics(() => [this.#problems.family(this.#bench)]);
  }

  /**
   * Resolves when it has been told to end and everything is on disk.
   * @throws UserError (usage) where the configuration does not fit; (outputFailed) where it cannot listen, or cannot keep captures
   */
  async run(): Promise<void> {
    const { config, place, token, onNotice } = this.#options;
    if (config.captures) makeFolders(config.captures.folder, { what: 'captures.folder' });
    this.#problems.expect('no-board', 'looking for a board');
    const answers = {
      [healthPath]: () => this.#health(),
      [metricsPath]: this.#metrics.answer.bind(this.#metrics),
    };
    const server = await AnswerServer.open({ place, token, answers });
    const looks = setInterval(() => this.#look(), lookMs);
    const sweeps = setInterval(() => void this.#sweep(), sweepMs);
    try {
      await this.#sweep();
      onNotice(
        `${this.#bench}: health at ${server.url}${healthPath}, metrics at ${server.url}${metricsPath}${isLoopback(place) ? '' : ', for who has the token'}`,
      );
      if (!config.captures) onNotice('no captures are kept: the configuration names no folder for them');
      while (!this.#stopped) await this.#recordOnce();
    } finally {
      clearInterval(looks);
      clearInterval(sweeps);
      await this.#letGoOfFeed();
      server.close();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#run?.stop();
    this.#wake();
  }

  get #bench(): string {
    return this.#options.config.bench ?? hostname();
  }

  /** One run, or a look for a board and a pause. */
  async #recordOnce(): Promise<void> {
    const { config, onNotice } = this.#options;
    try {
      const sources = await openAllSources(config.ports, { link: 'auto', reconnectMs, onNotice });
      if (this.#stopped) {
        for (const source of sources) await source.close();
        return;
      }
      this.#run = await Run.start(sources, {
        ...this.#options,
        metrics: this.#metrics,
        onFile: (track, path) => {
          this.#active.set(track, path);
          void this.#sweep();
        },
        onCaptureFailure: (why) => {
          this.#unwritten = why;
          this.#look();
        },
      });
      if (this.#stopped) this.#run.stop();
    } catch (error) {
      if (!(error instanceof UserError) || error.exitCode !== ExitCode.noBoard) throw error;
      this.#problems.set('no-board', error.message);
      await this.#pause();
      return;
    }
    const { there } = this.#run.boards;
    onNotice(
      `run ${this.#run.stamp}: recording ${there.map(({ board, port }) => `${board} on ${port}`).join(', ')}`,
    );
    this.#problems.set('no-board', null);
    const { lost } = await this.#run.ended;
    this.#look();
    const samples = this.#run.boards.there.map(
      ({ board, samples }) => `${plural(samples, 'sample')} of ${board}`,
    );
    onNotice(`run ${this.#run.stamp}: over, ${samples.join(', ')}`);
    this.#run = null;
    this.#active.clear();
    if (lost.length > 0) this.#problems.set('no-board', `${lost.join(', ')} went away and did not come back`);
  }

  /** How things stand; problems that nobody reports by themselves. */
  #look(): void {
    const { config, feed } = this.#options;
    this.#problems.set('no-network', feed?.trouble ?? null);
    this.#problems.set('no-disk', this.#unwritten ?? this.#unswept);
    if (!this.#run) {
      this.#problems.set('no-power', null); // of which nothing is known
      return;
    }
    const { away } = this.#run.boards;
    this.#problems.set('no-board', away.length > 0 ? `${away.join(', ')} is silent; waiting for it` : null);
    const { none_after: afterMs, none_below_w: leastW } = config.power;
    const isWithout = away.length === 0 && this.#run.withoutPowerMs > afterMs;
    this.#problems.set('no-power', isWithout ? `the board reads less than ${leastW} W in all` : null);
  }

  #health() {
    this.#look();
    const { files, bytes } = this.#kept ?? { files: 0, bytes: 0 };
    return this.#problems.reply({
      bench: this.#bench,
      run: this.#run?.stamp ?? null,
      boards: this.#run?.boards.there ?? [],
      captures: this.#options.config.captures ? { files, bytes } : null,
    });
  }

  async #sweep(): Promise<void> {
    const { captures } = this.#options.config;
    if (!captures) return;
    const { folder, keep_for: forMs, keep_size: bytes } = captures;
    try {
      this.#kept = await sweep({ folder, forMs, bytes }, new Set(this.#active.values()), Date.now());
      this.#unswept = null;
    } catch (error) {
      this.#unswept = `captures cannot be looked through: ${errorText(error)}`;
    }
  }

  async #letGoOfFeed(): Promise<void> {
    const { feed, onNotice } = this.#options;
    for (const { message } of (await feed?.settle()) ?? []) onNotice(message);
    await feed?.close();
  }

  async #pause(): Promise<void> {
    if (this.#stopped) return;
    await new Promise<void>((resolve) => {
      const cancel = startTimer(searchMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
