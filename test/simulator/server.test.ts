import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { makeFrameCheck } from '#powerlog/board/check.js';
import { ExitCode } from '#powerlog/errors.js';
import { parseFaults } from '#powerlog/simulator/faults.js';
import { simulatedUid } from '#powerlog/simulator/model.js';
import { type SimulatorOptions, startSimulator } from '#powerlog/simulator/port/server.js';
import { powerAtMw } from '#powerlog/simulator/profiles.js';
import { fileFlag, hasPseudoTerminals, openPtyClient, type PtyClient } from './pty-client.js';

const benchlab = boardFor('benchlab')!;
/** Far longer than anything here takes on a busy machine, ms. */
const untilHang = { timeout: 300_000 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'powerlog-simulator-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function start(options: SimulatorOptions = {}) {
  // A firmware that does not greet: what these clients read is what they asked for.
  const simulator = await startSimulator({ board: boardFor('benchlab', 4)!, ...options });
  onTestFinished(() => simulator.stop());
  return simulator;
}

function open(path: string): PtyClient {
  const client = openPtyClient(path);
  onTestFinished(() => client.close());
  return client;
}

const milliwattsOf = (frame: Buffer) =>
  Array.from({ length: 11 }, (_, rail) => frame.readInt32LE(48 + 12 * rail + 8)).reduce((a, b) => a + b, 0);

/** Frames numbered in their first two bytes. */
function numbered(count: number): Buffer {
  const frames = Buffer.alloc(count * 216);
  for (let n = 0; n < count; n++) frames.writeUInt16LE(n, n * 216);
  return frames;
}

/** Whether a read on `client` fails because the far end is gone. */
function isHungUp(client: PtyClient): boolean {
  try {
    client.send(0);
    return client.isSilent();
  } catch {
    return true;
  }
}

/** What a BENCHLAB has no question for. */
const unasked = { configuration: 0, build: 0 };

describe.runIf(hasPseudoTerminals)('the simulator behind a pseudo-terminal', () => {
  it('answers a client that opens its port by path', async () => {
    const simulator = await start({ profile: 'train', seed: 9 });
    const client = open(simulator.path);
    expect(client.ask(0x00, 9).toString('latin1')).toBe('BENCHLAB\0');
    expect(client.ask(0x0e, 3)).toEqual(Buffer.from([0xee, 0x10, 4]));
    expect(client.ask(0x0d, 12)).toEqual(Buffer.from(simulatedUid(9)));
    expect(client.ask(0x03, 32).toString('latin1')).toContain('powerlog simulator');
    const check = makeFrameCheck(benchlab);
    for (let n = 0; n < 1000; n++) {
      const frame = client.ask(0x01, 216);
      expect(frame).toHaveLength(216);
      expect(check(new DataView(frame.buffer, frame.byteOffset), 0)).toBe(true);
    }
    expect(client.ask(0x09, 178)).toHaveLength(178);
    expect(simulator.stats().requests).toEqual({
      ...{ welcome: 1, sensors: 1000, name: 1, uid: 1, vendor: 1, calibration: 1, ...unasked },
    });
    expect(simulator.stats().unexpected.count).toBe(0);
  });

  it('gives every frame once and in order, to one client after another', async () => {
    const frames = numbered(4000);
    const { path } = await start({ frames, repeat: false });
    let n = 0;
    for (let turn = 0; turn < 4; turn++) {
      const client = openPtyClient(path);
      for (let i = 0; i < 1000; i++, n++)
        expect(client.ask(0x01, 216).equals(frames.subarray(n * 216, (n + 1) * 216))).toBe(true);
      client.close();
    }
    const last = open(path);
    last.send(0x01);
    expect(last.isSilent()).toBe(true);
  });

  it('answers requests however they are sliced, in their order, and nothing else', async () => {
    const simulator = await start({ frames: numbered(200) });
    const client = open(simulator.path);
    const lengths = new Map([
      [0x00, 9],
      [0x01, 216],
      [0x03, 32],
      [0x0d, 12],
      [0x0e, 3],
      [0x0a, 0],
      [0x02, 0],
    ]);
    const bytes = [...lengths.keys()];
    let at = 0;
    let unexpected = 0;
    for (let slice = 1; slice < 16; slice++) {
      const requests = Array.from({ length: slice }, () => bytes[(at++ * 5 + slice) % bytes.length]!);
      unexpected += requests.filter((byte) => lengths.get(byte) === 0).length;
      client.send(...requests);
      const expected = requests.reduce((sum, byte) => sum + lengths.get(byte)!, 0);
      expect(client.read(expected)).toHaveLength(expected);
    }
    expect(client.isSilent()).toBe(true);
    expect(simulator.stats().unexpected.count).toBe(unexpected);
  });

  it('tells of the instant half-way between request and reply', async () => {
    const { path } = await start({ profile: 'square', latencyMs: 150 });
    const client = open(path);
    // Ask with 0.05 s to go to a switch: the request lies before it, the middle behind.
    const toSwitchNs = 1_000_000_000n - (process.hrtime.bigint() % 1_000_000_000n);
    const waitMs = (Number(toSwitchNs) / 1e6 + 950) % 1000;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
    const asked = process.hrtime.bigint();
    const frame = client.ask(0x01, 216);
    const answered = process.hrtime.bigint();
    expect(answered - asked).toBeGreaterThan(140_000_000n);
    // Where the machine was busy for long, the middle may be told by either side of a switch: only judge what is sure.
    const [early, late] = [Number(asked) + 75e6, Number(answered) - 75e6];
    const sure = powerAtMw('square', 'system', early);
    if (sure === powerAtMw('square', 'system', late)) expect(milliwattsOf(frame)).toBe(sure);
  });

  it('ends while a client waits, and while one does not read: the client sees a hang-up', async () => {
    const simulator = await startSimulator({ link: join(folder, 'board') });
    const client = open(simulator.path);
    // More replies than a terminal holds: the board blocks in its answer.
    for (let i = 0; i < 20; i++) client.send(...Array(100).fill(0x01));
    await expect.poll(() => simulator.stats().requests.sensors, untilHang).toBeGreaterThan(20);
    await simulator.stop();
    expect(isHungUp(client)).toBe(true);
    expect(readdirSync(folder)).toEqual([]);
    await simulator.stop();
  });

  it('ends even if a client left its line stopped by flow control', async () => {
    const xoff = 0x13;
    const simulator = await startSimulator({ frames: new Uint8Array(216).fill(xoff) });
    const client = open(simulator.path);
    execFileSync('stty', [fileFlag, simulator.path, 'sane', 'ixon']);
    client.send(0x01);
    await expect.poll(() => simulator.stats().requests.sensors, untilHang).toBe(1);
    await simulator.stop();
    expect(isHungUp(client)).toBe(true);
  });

  it('does not hold up a process that forgets it', () => {
    const script = `
      import { startSimulator } from '#powerlog/simulator/port/server.js';
      const simulator = await startSimulator({ link: ${JSON.stringify(join(folder, 'board'))} });
      console.log(simulator.path);
      if (process.argv[1] === 'exit') process.exit(7);`;
    for (const [argument, status] of [
      ['exit', 7],
      ['drain', 0],
    ] as const) {
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script, argument], {
        encoding: 'utf8',
        timeout: untilHang.timeout,
      });
      expect(child).toMatchObject({ status, stderr: '', stdout: `${join(folder, 'board')}\n` });
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('goes away and comes back under its link with the same UID', async () => {
    const link = join(folder, 'board');
    const replugs: string[] = [];
    let replugged = () => {};
    const simulator = await start({
      link,
      seed: 3,
      faults: parseFaults('unplug:2s:50ms'),
      onReplug: (path) => {
        replugs.push(path);
        replugged();
      },
    });
    for (let cycle = 1; cycle <= 3; cycle++) {
      const back = new Promise<void>((resolve) => {
        replugged = resolve;
      });
      const before = open(link);
      expect(before.ask(0x0d, 12)).toEqual(Buffer.from(simulatedUid(3)));
      await back;
      expect(isHungUp(before)).toBe(true);
      expect(lstatSync(link).isSymbolicLink()).toBe(true);
      expect(simulator.stats().faults.unplug).toBe(cycle);
    }
    expect(replugs).toEqual([link, link, link]);
  });

  it('spoils readings only: the handshake gets through', async () => {
    const simulator = await start({ faults: parseFaults('silent:1') });
    const client = open(simulator.path);
    client.send(0x01);
    expect(client.isSilent()).toBe(true);
    expect(client.ask(0x00, 9).toString('latin1')).toBe('BENCHLAB\0');
    const { faults, faultInstants } = simulator.stats();
    expect(faults.silent).toBe(1);
    expect(faultInstants).toEqual([{ kind: 'silent', atNs: expect.any(Number) }]);
  });

  it('holds a late reply back', async () => {
    const { path } = await start({ faults: parseFaults('late:1:500ms') });
    const client = open(path);
    const asked = performance.now();
    expect(client.ask(0x01, 216)).toHaveLength(216);
    expect(performance.now() - asked).toBeGreaterThan(490);
  });
});

describe.runIf(hasPseudoTerminals)('--link', () => {
  it('replaces a link to a terminal that is gone', async () => {
    const link = join(folder, 'board');
    symlinkSync('/dev/pts/99999', link);
    const simulator = await start({ link });
    expect(readlinkSync(link)).not.toBe('/dev/pts/99999');
    expect(simulator.path).toBe(link);
  });

  it.each([
    ['a file', (path: string) => writeFileSync(path, 'mine')],
    ['a link elsewhere', (path: string) => symlinkSync('/etc/passwd', path)],
  ])('leaves %s alone', async (_, make) => {
    const link = join(folder, 'board');
    make(link);
    await expect(startSimulator({ link })).rejects.toMatchObject({
      exitCode: ExitCode.outputFailed,
      message: expect.stringContaining('left alone'),
    });
    expect(lstatSync(link)).toBeDefined();
  });

  it('says where it cannot be made', async () => {
    await expect(startSimulator({ link: join(folder, 'no', 'board') })).rejects.toMatchObject({
      exitCode: ExitCode.outputFailed,
      message: expect.stringContaining('ENOENT'),
    });
  });

  it('is not removed if somebody else has put another in its place', async () => {
    const link = join(folder, 'board');
    const first = await startSimulator({ link });
    const second = await start({ link });
    await first.stop();
    expect(readdirSync(folder)).toEqual(['board']);
    await second.stop();
    expect(readdirSync(folder)).toEqual([]);
  });
});
