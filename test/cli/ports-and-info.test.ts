import { afterEach, describe, expect, it } from 'vitest';
import { type Simulator, startSimulator } from '#powerlog/simulator/port/server.js';
import { powerAtMw } from '#powerlog/simulator/profiles.js';
import { powerlog, words } from './run.js';

let simulator: Simulator | undefined;

afterEach(async () => {
  await simulator?.stop();
  simulator = undefined;
});

/** No `udevadm`, nor anything else, to start. */
const bare = { PATH: '/nonexistent' };

describe('powerlog ports', () => {
  it('says which port answers as a board and why another cannot be opened, without udevadm', async () => {
    simulator = await startSimulator({ latencyMs: 1 });
    const { code, out } = powerlog(words`ports --json ${simulator.path} /dev/ttyACM77`, undefined, bare);
    expect(code).toBe(0);
    const ports: { path: string; board: unknown; problem: string | null }[] = JSON.parse(out);
    expect(ports.find(({ path }) => path === simulator?.path)).toMatchObject({
      board: { product: 'BENCHLAB', product_id: 16, name: 'powerlog simulator', firmware: 6 },
      problem: null,
      asked: true,
    });
    expect(ports.find(({ path }) => path === '/dev/ttyACM77')).toMatchObject({
      board: null,
      problem: expect.stringContaining('does not exist'),
    });
  });

  it('lists for people in lines that line up', async () => {
    simulator = await startSimulator({ latencyMs: 1 });
    const { out } = powerlog(words`ports ${simulator.path} /dev/ttyACM77`);
    const [head = '', ...lines] = out.trimEnd().split('\n');
    const column = head.indexOf('ANSWER');
    expect(lines.length).toBeGreaterThanOrEqual(2);
    for (const line of lines) expect(line[column - 1]).toBe(' ');
    expect(lines.find((line) => line.startsWith(simulator!.path))?.slice(column)).toMatch(
      /^BENCHLAB 'powerlog/,
    );
  });
});

describe('powerlog info', () => {
  it('shows the identity and the readings, probes that are absent as null', () => {
    const { code, out } = powerlog(words`info --port sim:constant --json`, undefined, bare);
    expect(code).toBe(0);
    const { board, readings } = JSON.parse(out);
    expect(board).toMatchObject({ product: 'BENCHLAB', uid: expect.stringMatching(/^[0-9A-F]{24}$/) });
    for (const name of ['system', 'cpu', 'gpu', 'motherboard', 'eps1', 'hpwr1'])
      expect(readings[`${name}_power_w`] * 1000).toBe(powerAtMw('constant', name, 0));
    expect(readings.vin13_v).toBeNull();
    expect(readings.fan_ext_duty_pct).toBeNull();
    expect(readings.fan9_rpm).toBe(0);
  });

  it('shows units, and says what is not connected', () => {
    const { out } = powerlog(words`info --port sim:constant`);
    expect(out).toMatch(/EPS 1, voltage +12\.000 +V +eps1_voltage_v/);
    expect(out).toMatch(/Voltage probe 13 +not connected +vin13_v/);
  });

  it('takes a capture for a board', () => {
    const { code, out } = powerlog(words`info --port fixtures/synthetic.plog --json`);
    expect(code).toBe(0);
    expect(JSON.parse(out).board.name).toBe('SYNTHETIC');
  });
});

describe('a simulated board without a profile', () => {
  const port = 'sim,board=benchlab2';
  it.each([
    ['info', words`info --port ${port} --json`],
    ['record', words`record --port ${port} --duration 200ms --columns power --out -`],
    ['exec', words`exec --port ${port} --strict -- true`],
  ])('is what --help says it is: %s', (_, args) => {
    const { code, out, err } = powerlog(args);
    expect(code, err).toBe(0);
    if (args[0] === 'info') expect(JSON.parse(out).board.product).toBe('BENCHLAB 2');
  });
});
