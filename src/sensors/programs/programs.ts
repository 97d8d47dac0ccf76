import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { errorText, systemErrorCode } from '../../errors.js';
import { printable } from '../../text.js';
import { type ProgramListener, type Programs, type RunningProgram, SensorTrouble } from '../reader.js';
import { cpuOf } from './cpu.js';
import { killGroup, signalGroup } from './groups.js';

/** A line longer than this is no reading, characters. */
const longestLine = 1 << 16;
/** More lines than this in a second are not waited for: the program is held back, and cannot keep this process busy. */
const linesPerS = 2000;
const mostAnswer = 4 << 20;
/** Of what a program says on standard error, the end is kept, for the reason of its own. */
const lastWordsKept = 2000;
/** After this long a program that was asked to end is killed, ms. */
const graceMs = 1000;

/** Process groups that run, of all sensors of this process. */
const running = new Set<number>();
let onChange: (pids: readonly number[]) => void = () => {};
/** What this process's ended children cost up to now, s. */
let reapedS = 0;

/** Says which process groups run, whenever that changes. */
export function watchGroups(tell: (pids: readonly number[]) => void): void {
  onChange = tell;
}

/** Ends every program at once, with all that it started: this process is ending. */
export function killAll(): void {
  running.forEach(killGroup);
}

/** Programs of one sensor. Each has a process group, so that what it starts ends with it, and no Ctrl-C of a terminal. */
export class SensorPrograms implements Programs {
  #endedS = 0;
  readonly #children = new Set<ChildProcess>();

  /** What they cost so far, s; null where the system does not tell. */
  get cpuS(): number | null {
    if (process.platform !== 'linux') return null;
    let sum = this.#endedS;
    for (const { pid } of this.#children) {
      const cpu = pid === undefined ? null : cpuOf(pid);
      if (cpu) sum += cpu.ownS + cpu.childrenS;
    }
    return sum;
  }

  start(argv: readonly string[], listener: ProgramListener): RunningProgram {
    const lines = new LineReader((text, atNs) => listener.line(text, atNs));
    const child = this.#spawn(argv, (chunk, atNs) => {
      if (lines.take(chunk, atNs)) return;
      listener.flooded();
      this.#holdBack(child);
    });
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-lastWordsKept);
    });
    let told = false;
    const ended = (how: string, notFound: boolean): void => {
      if (told) return;
      told = true;
      lines.end();
      const words = lastLineOf(lastWords);
      listener.ended(words === '' ? how : `${how}: ${words}`, notFound);
    };
    child.once('error', (error) =>
      ended(notStarted(argv, error), ['ENOENT', 'EACCES'].includes(systemErrorCode(error) ?? '')),
    );
    child.once('close', (code, signal) => ended(endOf(code, signal), code === 127 || code === 126));
    return { stop: () => this.#stop(child) };
  }

  ask(argv: readonly string[], limitMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const child = this.#spawn(argv, (chunk) => {
        bytes += chunk.length;
        if (bytes <= mostAnswer) chunks.push(chunk);
      });
      let lastWords = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        lastWords = (lastWords + text).slice(-lastWordsKept);
      });
      const timer = setTimeout(() => {
        if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
        reject(new SensorTrouble('sensor-silent', `${named(argv)} said nothing within ${limitMs / 1000} s`));
      }, limitMs);
      child.once('error', (error) => {
        clearTimeout(timer);
        reject(new SensorTrouble('sensor-missing', notStarted(argv, error), { cause: error }));
      });
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        if (code === 0) return resolve(Buffer.concat(chunks).toString());
        const words = lastLineOf(lastWords);
        const how = `${named(argv)} failed (${endOf(code, signal)})${words === '' ? '' : `: ${words}`}`;
        reject(new SensorTrouble('sensor-lost', how));
      });
    });
  }

  #spawn(argv: readonly string[], onData: (chunk: Buffer, atNs: bigint) => void): ChildProcess {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    child.stdout?.on('data', (chunk: Buffer) => onData(chunk, process.hrtime.bigint()));
    const { pid } = child;
    if (pid !== undefined) {
      this.#children.add(child);
      running.add(pid);
      onChange([...running]);
      child.once('exit', () => {
        const sumS = cpuOf('self')?.childrenS ?? 0;
        this.#endedS += sumS - reapedS;
        reapedS = sumS;
        this.#children.delete(child);
        signalGroup(pid, 'SIGKILL'); // what it left behind in its group would hold the pipe open
        running.delete(pid);
        onChange([...running]);
      });
    }
    return child;
  }

  #holdBack(child: ChildProcess): void {
    child.stdout?.pause();
    setTimeout(() => child.stdout?.resume(), 1000).unref();
  }

  async #stop(child: ChildProcess): Promise<void> {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    signalGroup(pid, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
    await ended;
    clearTimeout(timer);
  }
}

/** Makes lines of pieces of output. */
class LineReader {
  #rest = '';
  #tooLong = false;
  #secondMs = 0;
  #linesInSecond = 0;
  readonly #decoder = new StringDecoder('utf8');
  readonly #take: (text: string, atNs: bigint) => void;

  constructor(take: (text: string, atNs: bigint) => void) {
    this.#take = take;
  }

  /** False where there are more of them than anybody reads: what is beyond is dropped. */
  take(chunk: Buffer, atNs: bigint): boolean {
    const texts = (this.#rest + this.#decoder.write(chunk)).split(/\r?\n|\r/);
    this.#rest = texts.pop() ?? '';
    const nowMs = performance.now();
    if (nowMs - this.#secondMs >= 1000) {
      this.#secondMs = nowMs;
      this.#linesInSecond = 0;
    }
    const room = linesPerS - this.#linesInSecond;
    for (const text of texts.slice(0, room)) {
      if (!this.#tooLong) this.#take(text, atNs);
      this.#tooLong = false;
    }
    this.#linesInSecond += texts.length;
    if (this.#rest.length > longestLine) {
      this.#tooLong = true;
      this.#rest = '';
    }
    return texts.length <= room;
  }

  end(): void {
    if (this.#rest !== '' && !this.#tooLong) this.#take(this.#rest, process.hrtime.bigint());
    this.#rest = '';
  }
}

const named = (argv: readonly string[]): string => printable(argv[0] ?? '');

function notStarted(argv: readonly string[], error: unknown): string {
  if (systemErrorCode(error) === 'ENOENT') return `there is no program ${named(argv)}`;
  if (systemErrorCode(error) === 'EACCES') return `${named(argv)} is no program that may be run`;
  return `${named(argv)} could not be started (${errorText(error)})`;
}

const endOf = (code: number | null, signal: string | null): string =>
  signal === null ? `it ended with exit code ${code}` : `it was killed by ${signal}`;

function lastLineOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return printable((lines.at(-1) ?? '').trim().slice(0, 300));
}
