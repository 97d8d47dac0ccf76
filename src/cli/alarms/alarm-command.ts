import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningChild, startChild } from '../../exec/child/child.js';
import { signalWithDescendants } from '../../exec/child/descendants.js';
import { endText } from '../../exec/runs/hooks.js';
import type { Warning } from '../../stream/warning.js';
import { plural } from '../../units.js';
import { type Alarm, environmentOf } from './alarm.js';

/** Alarms that wait for their turn; more are counted. */
const mostWaiting = 100;
/** So long after the recording's end the commands have to come to theirs; then they are asked to, and then made to, ms. */
const graceMs = 10_000;
const lastGraceMs = 2000;

/** Standard output may be the CSV, or a measured command's. */
const standardError = 2;

/** Runs a command line for each alarm, one at a time. Nothing of the recording waits for it. */
export class AlarmCommand {
  readonly #line: string;
  readonly #onNotice: (text: string) => void;
  readonly #waiting: Alarm[] = [];
  #running: RunningChild | null = null;
  #notRun = 0;
  #failed = 0;
  #firstFailure = '';
  #isOver = false;
  #idle: () => void = () => {};

  constructor(line: string, onNotice: (text: string) => void) {
    this.#line = line;
    this.#onNotice = onNotice;
  }

  run(alarm: Alarm): void {
    if (this.#isOver || this.#waiting.length >= mostWaiting) this.#notRun++;
    else this.#waiting.push(alarm);
    this.#next();
  }

  /** When no more alarms come: waits for those under way, but not for ever. */
  async finish(): Promise<Warning[]> {
    if (this.#running) {
      const idle = new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
      const isSlow = await Promise.race([idle.then(() => false), later(graceMs)]);
      this.#isOver = true;
      this.#notRun += this.#waiting.splice(0).length;
      if (isSlow) {
        this.#end('SIGTERM');
        if (await Promise.race([idle.then(() => false), later(lastGraceMs)])) this.#end('SIGKILL');
        await idle;
      }
    }
    this.#isOver = true;
    return this.#warnings();
  }

  #next(): void {
    if (this.#running) return;
    const alarm = this.#waiting.shift();
    if (!alarm) {
      this.#idle();
      return;
    }
    const environment = { ...process.env, ...environmentOf(alarm) };
    const child = startChild(['/bin/sh', '-c', this.#line], environment, [
      'ignore',
      standardError,
      'inherit',
    ]);
    this.#running = child;
    void child.ended.then(({ status, exitCode, signal, failure }) => {
      this.#running = null;
      if (status !== 0) this.#fail(alarm, failure ?? endText({ exit_code: exitCode, signal }));
      this.#next();
    });
  }

  #end(signal: NodeJS.Signals): void {
    if (this.#running) signalWithDescendants(this.#running, signal);
  }

  #fail({ timeS }: Alarm, how: string): void {
    const failure = `--on-alarm '${this.#line}' failed (${how}) for the alarm at ${timeS.toFixed(3)} s`;
    if (this.#failed++ > 0) return;
    this.#firstFailure = failure;
    this.#onNotice(failure);
  }

  #warnings(): Warning[] {
    const code = 'on-alarm' as const;
    const more = this.#failed > 1 ? `; it failed ${this.#failed} times` : '';
    return [
      ...(this.#failed > 0 ? [{ code, message: `${this.#firstFailure}${more}` }] : []),
      ...(this.#notRun > 0
        ? [
            {
              code,
              message: `--on-alarm '${this.#line}' was not run for ${plural(this.#notRun, 'alarm')}: it takes longer than they come apart, or the recording was over`,
            },
          ]
        : []),
    ];
  }
}

const later = (ms: number): Promise<true> => sleep(ms, true, { ref: false });
