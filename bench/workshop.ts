import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { arch, cpus, release, tmpdir, type } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Product, writeFrames } from './frames.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
export const fromRoot = (path: string): string => join(root, path);
export const peer = (name: string): string => join(root, 'bench/peers', name);
export const powerlog = fromRoot('bin/powerlog.js');

/** What the kernel charged one process with all its threads. */
export interface Charge {
  readonly wallS: number;
  /** On a core, all threads together. */
  readonly cpuS: number;
  readonly peakRssMb: number;
  /** Once it ran, without its start; absent for what was brief, and where the kernel does not tell of threads. */
  readonly steady?: Steady;
}

export interface Steady {
  readonly windowS: number;
  readonly threads: readonly { readonly cpuS: number; readonly runs: number }[];
}

/** What a command is run with. */
interface Streams {
  readonly stdin?: number | 'ignore';
  readonly stdout?: number | undefined;
  readonly within?: readonly string[];
}

/** Reads what `measured.py` wrote. @throws Error where the command failed. */
export function readCharge(path: string): Charge {
  const raw = JSON.parse(readFileSync(path, 'utf8')) as {
    wall_s: number;
    cpu_s: number;
    peak_rss_kb: number;
    status: number;
    steady?: { window_s: number; threads: { cpu_s: number; runs: number }[] };
  };
  if (raw.status !== 0) throw new Error(`ended with ${raw.status}`);
  const charge = { wallS: raw.wall_s, cpuS: raw.cpu_s, peakRssMb: raw.peak_rss_kb / 1024 };
  if (!raw.steady) return charge;
  const threads = raw.steady.threads.map(({ cpu_s: cpuS, runs }) => ({ cpuS, runs }));
  return { ...charge, steady: { windowS: raw.steady.window_s, threads } };
}

/** A folder for the benchmark's files, the compiled peers, and every process started, which `close` ends. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'powerlog-bench-'));
  readonly python = firstThatRuns(
    ['python3', '/usr/bin/python3'],
    ['-c', 'import os; os.waitstatus_to_exitcode'],
  );
  readonly serialPython = firstThatRuns(
    [fromRoot('.venv/bin/python3'), 'python3', '/usr/bin/python3'],
    ['-c', 'import serial, tty'],
  );
  /** Peers that this machine lacks, for the page. */
  readonly missing: string[] = [];
  readonly #compiler = firstThatRuns(['cc', 'gcc', 'clang'], ['--version']);
  readonly #children = new Set<ChildProcess>();
  #files = 0;

  constructor() {
    if (!this.python)
      throw new Error('the benchmark needs python3 (3.9 or newer) to read what a process cost');
    if (!this.serialPython) this.missing.push('the pyserial loops (no python3 that has pyserial)');
    if (!this.#compiler)
      this.missing.push(
        'the C reader, the C decoder, and the board model that sends in bursts (no C compiler)',
      );
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  /** Whether a program can be started by its name. */
  has(program: string): boolean {
    return spawnSync('sh', ['-c', 'command -v "$0"', program]).status === 0;
  }

  /** Compiles `peers/NAME.c`, or another source, once; undefined where there is no compiler. */
  compiled(name: string, source = peer(`${name}.c`)): string | undefined {
    if (!this.#compiler) return undefined;
    const target = this.file(name);
    if (existsSync(target)) return target;
    const { status, stderr } = spawnSync(this.#compiler, ['-O2', '-o', target, source]);
    if (status !== 0) throw new Error(`${name}.c does not compile: ${stderr}`);
    return target;
  }

  start(command: readonly string[], stdio: StdioOptions): ChildProcess {
    const child = spawn(command[0]!, command.slice(1), { stdio, cwd: this.folder, env: plainEnvironment });
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  /** Whether the board model in C is to be had; the one in Python plays a BENCHLAB only, and in one burst. */
  get hasFastBoard(): boolean {
    return this.#compiler !== undefined;
  }

  /** Starts a board model that answers after `latencyMs`, by the command `prefix`; resolves to its port. */
  async board(
    latencyMs: number,
    product: Product = 'benchlab',
    prefix: readonly string[] = [],
  ): Promise<string> {
    const frames = this.file(`${product}.bin`);
    if (!existsSync(frames)) writeFrames(frames, boardFrames, product);
    const fast = this.compiled('board');
    const model = fromRoot('test/peers/foreign_board.py');
    const command = fast
      ? [fast, product, String(latencyMs * 1000), '3600', frames]
      : [this.python!, model, '--latency', String(latencyMs), '--frames', frames];
    const child = this.start([...prefix, ...command], ['ignore', 'pipe', 'inherit']);
    const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
    return line;
  }

  /** Runs a command to its end. @param streams `within`: the command that runs it, and is not measured. @throws Error where it fails. */
  async measure(
    command: readonly string[],
    { stdin = 'ignore', stdout, within = [] }: Streams = {},
  ): Promise<Charge & { stdout: string }> {
    const result = this.file(`charge-${this.#files++}.json`);
    const child = this.start(
      [...within, this.python!, peer('measured.py'), result, ...command],
      [stdin, stdout ?? 'pipe', 'pipe'],
    );
    let text = '';
    let complaint = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(-2000);
    });
    await once(child, 'close');
    try {
      return { ...readCharge(result), stdout: text };
    } catch (error) {
      throw new Error(`${command.join(' ')}: ${String(error)}; ${complaint.trim()}`);
    }
  }

  close(signal: NodeJS.Signals = 'SIGTERM'): void {
    for (const child of this.#children) child.kill(signal);
    // One that is about to end may still write.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** What a board model repeats: a quarter of a minute at 1 kHz. */
const boardFrames = 16_000;

/** A setting such as NODE_EXTRA_CA_CERTS costs every start of Node tens of milliseconds, and belongs to this machine alone. */
const plainEnvironment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('NODE_')),
);

function firstThatRuns(commands: readonly string[], args: readonly string[]): string | undefined {
  return commands.find((command) => spawnSync(command, args).status === 0);
}

const firstLine = (command: string, ...args: string[]): string =>
  spawnSync(command, args, { encoding: 'utf8' }).stdout?.split('\n')[0] ?? '';

/** One sentence that names the machine and what the peers are. */
export function machine(workshop: Workshop): string {
  const python = workshop.serialPython ?? workshop.python!;
  return [
    `${cpus()[0]?.model ?? arch()}, ${cpus().length} cores`,
    `${type()} ${release()}`,
    `Node ${process.version}`,
    firstLine(python, '--version'),
    firstLine('cc', '--version'),
  ]
    .filter(Boolean)
    .join('; ');
}
