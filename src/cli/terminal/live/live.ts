import { isatty } from 'node:tty';
import { ExitCode, usageError } from '../../../errors.js';
import { railMapFrom } from '../../../session/map/map-choice.js';
import { handOverMsFor } from '../../../session/outputs.js';
import { type RunningRecording, startRecording } from '../../../session/record.js';
import { openAllSources } from '../../../source/open.js';
import { type WireOptions, wireLimitsFrom } from '../../alarms/wire-options.js';
import { onEndSignal } from '../../impatience.js';
import { calibrationsFrom, inputFiles, type SamplingOptions } from '../../options.js';
import { ownBoardOf } from '../../own-board.js';
import { notice, tellLost } from '../notices.js';
import { Keys } from './keys.js';
import { colourDepthOf, Style, themeOf } from './paint/style.js';
import { Screen } from './screen.js';
import { LiveView } from './view.js';
import { BoardWatch } from './watch/board-watch.js';

export interface LiveOptions extends SamplingOptions, WireOptions {
  readonly duration?: number;
}

/** A frame is drawn at most so often, ms: where somebody asked for it; where samples came and drawing costs much; and between. */
const frameMs = { shortest: 50, longest: 1000 };
/** Of a core, on the machine that is measured, for frames with what comes. */
const drawingShare = 0.004;
/** Where nothing comes, what has passed is shown every so often, ms. */
const idleMs = 1000;

/**
 * Samples, shows on the whole terminal what comes until somebody ends it, and leaves the summary.
 * @returns the exit code
 * @throws UserError (usage) where there is no terminal; as `openAllSources` and `startRecording` do
 */
export async function liveOnTerminal(options: LiveOptions): Promise<ExitCode> {
  if (!isatty(1))
    throw usageError(
      '--tty draws on a terminal, and standard output is none: leave out what it is piped or written to',
    );
  if (process.env.TERM === 'dumb')
    throw usageError(
      '--tty draws on the whole terminal, which TERM=dumb cannot do; `powerlog record` has a status line',
    );
  const map = await railMapFrom(options);
  const calibrations = await calibrationsFrom(options);
  const { duration: durationMs, rate: rateHz, accuracy } = options;
  let stage: Stage | undefined;
  const tell = (text: string): void => (stage ? stage.notice(text) : notice(text));
  const sources = await openAllSources(options.port, {
    link: options.link,
    reconnectMs: options.reconnect,
    own: await ownBoardOf(options),
    onNotice: tell,
    withCommand: true,
  });
  // What a board finds wrong with itself is watched, where it has a field for that.
  const columns = sources.some(({ board }) => board.faults) ? 'all' : 'power';
  const outputs = { columns, accuracy, ...wireLimitsFrom(options) };
  let boards: readonly BoardWatch[] | undefined;
  const recording = await startRecording({
    sources,
    map,
    calibrations,
    outputs,
    inputs: inputFiles({ port: sources.map(({ identity }) => identity.port) }),
    sampling: {
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(rateHz === undefined ? {} : { rateHz }),
      handOverMs: handOverMsFor(outputs, true),
    },
    sinks: (track, tracks) => {
      boards ??= tracks.map((each) => new BoardWatch(each, () => stage?.follow()));
      return [...track.outputs.sinks, boards[tracks.indexOf(track)]!];
    },
    onNotice: tell,
  });
  stage = new Stage(recording, boards ?? [], durationMs);
  try {
    stage.open();
    const { lost } = await Promise.race([recording.ended, stage.failed]);
    stage.close();
    const [{ printSummary }, summary] = await Promise.all([
      import('../summary-text.js'),
      recording.summarize(),
    ]);
    printSummary(summary, recording.files);
    tellLost(lost, recording.tracks);
    return lost.length > 0 ? ExitCode.boardLost : ExitCode.done;
  } finally {
    stage.close();
    await recording.close();
  }
}

/** A recording on a screen, with somebody at the keys. */
class Stage {
  readonly #recording: RunningRecording;
  readonly #view: LiveView;
  readonly #screen = new Screen(
    () => this.change(),
    () => this.#recording.stop(),
  );
  readonly #keys = new Keys((key) => this.#press(key));
  readonly #take = (text: string): void => this.#keys.take(text);
  readonly #stop = (): void => this.#recording.stop();
  #release: () => void = () => {};
  #idle: NodeJS.Timeout | undefined;
  /** Takes back the frame that is due. */
  #cancel: () => void = () => {};
  #dueMs = Number.POSITIVE_INFINITY;
  /** What a frame takes, ms. */
  #costMs = 1;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;
  #fail: (error: unknown) => void = () => {};
  /** Rejects with what a frame or a key failed of. */
  readonly failed = new Promise<never>((_, reject) => {
    this.#fail = reject;
  });

  constructor(recording: RunningRecording, boards: readonly BoardWatch[], durationMs: number | undefined) {
    this.#recording = recording;
    const style = new Style(colourDepthOf(process.env), themeOf(process.env));
    this.#view = new LiveView(boards, durationMs, style);
    this.failed.catch(() => {}); // it is thrown where it is awaited
  }

  open(): void {
    this.#isOpen = true;
    this.#release = onEndSignal(
      () => this.#recording.stop(),
      () => this.close(),
    );
    this.#screen.enter();
    if (process.stdin.isTTY) {
      process.stdin.setRawMode(true).setEncoding('utf8').on('data', this.#take);
      // A terminal that is closed says so here, whoever may ignore its signal.
      process.stdin.on('end', this.#stop).on('error', this.#stop);
    }
    this.#idle = setInterval(() => {
      if (performance.now() - this.#drawnMs >= idleMs) this.change();
    }, idleMs);
    this.change();
  }

  /** Puts the terminal back; safe to call twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#idle);
    this.#cancel();
    this.#keys.end();
    this.#screen.leave();
    if (process.stdin.isTTY) {
      try {
        process.stdin.setRawMode(false);
      } catch {
        // Closed.
      }
      process.stdin.off('data', this.#take).pause();
    }
    this.#release();
  }

  notice(text: string): void {
    this.#view.notice(text, this.#nowUs);
    this.change();
  }

  /** Something is to be seen at once. */
  change(): void {
    this.#drawIn(frameMs.shortest);
  }

  /** Samples came: they are shown as soon as drawing, which they pay for, may be paid again. */
  follow(): void {
    this.#drawIn(Math.min(Math.max(this.#costMs / drawingShare, frameMs.shortest), frameMs.longest));
  }

  /** @param apartMs from one frame to the next */
  #drawIn(apartMs: number): void {
    if (!this.#isOpen) return;
    const dueMs = this.#drawnMs + apartMs;
    if (dueMs >= this.#dueMs) return;
    this.#cancel();
    this.#dueMs = dueMs;
    const waitMs = dueMs - performance.now();
    // In the same turn, where it can be: to wake up once more costs more than most frames.
    if (waitMs <= 0) {
      const next = setImmediate(() => this.#draw());
      this.#cancel = () => clearImmediate(next);
    } else {
      const next = setTimeout(() => this.#draw(), waitMs);
      this.#cancel = () => clearTimeout(next);
    }
  }

  /** Of the recording. */
  get #nowUs(): number {
    const startNs = this.#recording.startMonotonicNs ?? 0n;
    return Number(process.hrtime.bigint() - startNs) / 1e3;
  }

  #draw(): void {
    this.#dueMs = Number.POSITIVE_INFINITY;
    if (!this.#screen.isReady) return;
    this.#drawnMs = performance.now();
    try {
      this.#screen.show(this.#view.lines(this.#screen.size, this.#nowUs));
    } catch (error) {
      this.#fail(error);
    }
    // What others took meanwhile counts too: where the machine is busy, drawing has to stand back. A single delay does not.
    this.#costMs = Math.min(performance.now() - this.#drawnMs, 2 * this.#costMs);
  }

  #press(key: string): void {
    // As though the terminal were not raw: who asks again is heard.
    if (key === 'ctrl-c') process.kill(process.pid, 'SIGINT');
    else if (key === 'ctrl-l') this.#screen.renew();
    else if (!this.#view.hasOverlay && (key === 'q' || key === 'Q' || key === 'escape'))
      this.#recording.stop();
    else this.#view.press(key, this.#nowUs);
    this.change();
  }
}
