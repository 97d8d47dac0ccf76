import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { simulatedUid } from '#powerlog/simulator/model.js';
import { encode, end, preamble, sample } from '../capture/samples.js';
import { hasPseudoTerminals, openPtyClient } from '../simulator/pty-client.js';
import { bin, powerlog } from './run.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'powerlog-simulate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  /** The first line on standard output. */
  readonly port: string;
  readonly child: ChildProcess;
  end(signal: NodeJS.Signals): Promise<Ended>;
}

/** Starts the command and waits until it says its port. */
async function simulate(...args: string[]): Promise<Running> {
  // Without its greeting: what these clients read is what they asked for.
  const child = spawn(process.execPath, [bin, 'simulate', '--greeting', 'never', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout });
  const line = await Promise.race([once(lines, 'line'), closed.then(() => undefined)]);
  if (!line) throw new Error(`it ended before it said a port: ${stderr}`);
  return {
    port: line[0] as string,
    child,
    async end(signal) {
      child.kill(signal);
      await closed;
      return { code: child.exitCode, stdout, stderr };
    },
  };
}

describe.runIf(hasPseudoTerminals)('powerlog simulate', () => {
  it('says its port, serves it, and ends with code 0 on INT, TERM and HUP', async () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const running = await simulate('--seed', '5');
      const client = openPtyClient(running.port);
      expect(client.ask(0x0d, 12)).toEqual(Buffer.from(simulatedUid(5)));
      expect(client.ask(0x01, 216)).toHaveLength(216);
      client.close();
      const { code, stdout, stderr } = await running.end(signal);
      expect(code).toBe(0);
      expect(stdout).toBe(`${running.port}\n`);
      expect(stderr).toContain('answered 1 request for readings');
    }
  });

  it('keeps a link for as long as it runs, and says the link', async () => {
    const link = join(folder, 'benchlab0');
    const running = await simulate('--link', link, '--profile', 'square');
    expect(running.port).toBe(link);
    const client = openPtyClient(link);
    expect(client.ask(0x00, 9).toString('latin1')).toBe('BENCHLAB\0');
    client.close();
    await running.end('SIGINT');
    expect(readdirSync(folder)).toEqual([]);
  });

  it("answers with a capture's frames in order, over and over", async () => {
    const samples = Array.from({ length: 150 }, (_, n) => sample(n));
    const capture = join(folder, 'run.plog');
    writeFileSync(capture, Buffer.concat([preamble, ...encode([...samples, sample(150, [end(2e8)])])]));
    const { port } = await simulate('--from', capture);
    const client = openPtyClient(port);
    for (let n = 0; n < 400; n++) expect(client.ask(0x01, 216).equals(sample(n % 151).frame)).toBe(true);
    client.close();
  });

  it('reports what was asked and what it spoiled', async () => {
    const report = join(folder, 'report.json');
    const running = await simulate('--fault', 'short:1', '--report', report);
    const client = openPtyClient(running.port);
    expect(client.ask(0x01, 108)).toHaveLength(108);
    expect(client.isSilent()).toBe(true);
    client.send(0x0a);
    client.ask(0x00, 32);
    client.close();
    await running.end('SIGTERM');
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({
      requests: { welcome: 1, sensors: 1, name: 0, uid: 0, vendor: 0 },
      unexpected: { count: 1, first: [0x0a] },
      faults: { short: 1, drop: 0 },
      faultInstants: [{ kind: 'short' }],
    });
  });

  it('comes back after it was unplugged', async () => {
    const link = join(folder, 'benchlab0');
    const running = await simulate('--link', link, '--fault', 'unplug:200ms:50ms');
    const backs = createInterface({ input: running.child.stderr! });
    for await (const line of backs) if (line.includes('is back at')) break;
    await running.end('SIGINT');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    [2, /Allowed choices are constant, square/, ['--profile', 'round']],
    [2, /there are drop, repeat, stray/, ['--fault', 'dorp:1']],
    [2, /'1' is not a duration/, ['--latency', '1']],
    [2, /a seed is a whole number/, ['--seed', '-1']],
    [2, /cannot be used with/, ['--profile', 'square', '--from', 'x.plog']],
    [6, /not/, ['--from', 'package.json']],
    [5, /left alone/, ['--link', 'package.json']],
    [5, /exists/, ['--report', 'package.json']],
  ])('ends with code %i and says %s for a wrong command line', (code, message, args) => {
    const ran = powerlog(['simulate', ...args]);
    expect(ran.err).toMatch(message);
    expect(ran.err).not.toMatch(/\n {4}at /);
    expect(ran).toMatchObject({ code, out: '' });
  });

  it('explains every option, every profile and every fault', () => {
    const { out } = powerlog(['simulate', '--help']);
    for (const word of ['--link', '--from', '--report', 'inference', 'garble', 'unplug:PERIOD', 'Examples:'])
      expect(out).toContain(word);
  });
});
