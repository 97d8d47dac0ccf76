import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastingPorts } from '../ports.js';
import { fromRoot } from '../workshop.js';
import type { Programs } from './programs.js';
import { type Use, useOf } from './use.js';

const nodes = [0, 1, 2] as const;
export const nodeNames = nodes.map((n) => `receive ${n}`);
export const partNames = [...nodeNames, 'query', 'balancer', 'vmagent'];

/** The fleet of `fleet/`, started by its own scripts on ports that nobody has. */
export class Parts {
  readonly #urls: ReadonlyMap<string, string>;
  readonly #env: NodeJS.ProcessEnv;
  readonly #children = new Map<string, ChildProcess>();
  readonly #earlierCpuS = new Map<string, number>();

  private constructor(
    readonly folder: string,
    readonly vmagentUrl: string,
    readonly queryUrl: string,
    urls: ReadonlyMap<string, string>,
    env: NodeJS.ProcessEnv,
  ) {
    this.#urls = urls;
    this.#env = env;
  }

  static async start(programs: Programs, folder: string): Promise<Parts> {
    const firsts: number[] = [];
    for (const _ of nodes) firsts.push(await lastingPorts(4));
    const [query, balancer, vmagent] = [await lastingPorts(2), await lastingPorts(1), await lastingPorts(1)];
    const at = (port: number) => `127.0.0.1:${port}`;
    const urls = new Map([
      ...firsts.map((port, n) => [nodeNames[n]!, `http://${at(port + 1)}/-/ready`] as const),
      ['query', `http://${at(query)}/-/ready`],
      ['balancer', `http://${at(balancer)}/health`],
      ['vmagent', `http://${at(vmagent)}/health`],
    ]);
    const parts = new Parts(folder, `http://${at(vmagent)}`, `http://${at(query)}`, urls, {
      ...process.env,
      ...{ RECEIVE_NODES: firsts.map(at).join(' '), QUERY: at(query), QUERY_GRPC_PORT: String(query + 1) },
      ...{ BALANCER: at(balancer), VMAGENT: at(vmagent), LISTEN: '127.0.0.1', FLEET_DATA: folder },
      ...{ THANOS_BIN: programs.thanos, VMAGENT_BIN: programs.vmagent, VMAUTH_BIN: programs.vmauth },
    });
    for (const name of partNames) parts.#spawn(name);
    for (const name of partNames) await parts.#ready(name);
    return parts;
  }

  /** Starts one again, with what it kept. */
  async restart(name: string): Promise<void> {
    this.#spawn(name);
    await this.#ready(name);
  }

  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#children.get(name);
    if (!child) return;
    this.#earlierCpuS.set(name, this.use(name).cpuS);
    this.#children.delete(name);
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  /** An orderly end of all of them: nodes put into blocks what they have. */
  async close(): Promise<void> {
    await Promise.all([...this.#children.keys()].map((name) => this.kill(name, 'SIGTERM')));
  }

  /** For where nothing can be awaited any more. */
  killAll(): void {
    for (const child of this.#children.values()) child.kill('SIGKILL');
  }

  /** Over all its lives. */
  use(name: string): Use {
    const earlier = this.#earlierCpuS.get(name) ?? 0;
    const child = this.#children.get(name);
    if (!child) return { cpuS: earlier, rssMb: 0 };
    const { cpuS, rssMb } = useOf(child.pid!);
    return { cpuS: earlier + cpuS, rssMb };
  }

  uses(): Record<string, Use> {
    return Object.fromEntries(partNames.map((name) => [name, this.use(name)]));
  }

  /** The sum of one of vmagent's own counters. */
  async counted(metric: string): Promise<number> {
    const text = await (await fetch(`${this.vmagentUrl}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(metric) && /[{ ]/.test(line[metric.length]!));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
  }

  #spawn(name: string): void {
    const [script, ...args] = name.split(' ');
    const log = openSync(join(this.folder, `${name.replace(' ', '-')}.log`), 'a');
    const child = spawn(fromRoot(`fleet/${script}`), args, { stdio: ['ignore', log, log], env: this.#env });
    this.#children.set(name, child);
  }

  async #ready(name: string): Promise<void> {
    for (;;) {
      const child = this.#children.get(name)!;
      if (child.exitCode !== null)
        throw new Error(
          `${name} ended: ${readFileSync(join(this.folder, `${name.replace(' ', '-')}.log`), 'utf8').slice(-1000)}`,
        );
      if (
        await fetch(this.#urls.get(name)!).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        return;
      await sleep(50);
    }
  }
}
