import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCapture } from '#powerlog/capture/open.js';
import { scratch } from '../../capture/samples.js';
import { bin } from '../../cli/run.js';
import { makersLibrary, needs, peerPython } from '../../parts.js';
import { publishedPairs } from './board.js';
import { startRecording } from './recorder.js';

type Value = number | string | null;

interface ReadByLibrary {
  readonly welcomed: boolean;
  readonly device: { readonly VendorId: number; readonly ProductId: number; readonly FwVersion: number };
  readonly uid: string;
  readonly name: string;
  readonly calibration: {
    readonly crc: number;
    readonly sha256: string;
    /** Offset and gain of each rail, then of each wire. */
    readonly voltage: readonly (readonly [number, number])[];
    readonly current: readonly (readonly [number, number])[];
  };
  /** What the library calls each value, frame by frame. */
  readonly values: readonly Readonly<Record<string, Value>>[];
  /** The frames' bytes, hexadecimal. */
  readonly raw: readonly string[];
}

async function simulate(...args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [bin, 'simulate', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const lines = createInterface({ input: child.stdout });
  const [port] = await Promise.race([once(lines, 'line'), once(child, 'exit').then(() => [undefined])]);
  if (port === undefined) throw new Error(complaint);
  return port as string;
}

async function readByLibrary(port: string, count: number): Promise<ReadByLibrary> {
  const script = fileURLToPath(new URL('reader.py', import.meta.url));
  const { stdout } = await promisify(execFile)(peerPython!, [script, port, String(count)], {
    maxBuffer: 1 << 26,
  });
  return JSON.parse(stdout) as ReadByLibrary;
}

const railNames: Readonly<Record<string, string>> = {
  ATX3V: 'atx_3v3',
  ATX5V: 'atx_5v',
  ATX5VSB: 'atx_5vsb',
  ATX12V: 'atx_12v',
};
const otherNames: Readonly<Record<string, string>> = {
  SYS_Power: 'system_power_w',
  CPU_Power: 'cpu_power_w',
  GPU_Power: 'gpu_power_w',
  MB_Power: 'motherboard_power_w',
  Vdd: 'vdd_v',
  Vref: 'vref_v',
  Chip_Temp: 'chip_temp_c',
  Ambient_Temp: 'ambient_temp_c',
  Humidity: 'humidity_pct',
  FanExtDuty: 'fan_ext_duty_pct',
  FaultStatus: 'fault_status',
  FaultLog: 'fault_log',
};
const units: Readonly<Record<string, string>> = { Voltage: 'v', Current: 'a', Power: 'w' };

/** Our column for a value of the library's; undefined where the CSV leaves it out. */
function columnOf(key: string): string | undefined {
  if (otherNames[key]) return otherNames[key];
  const [, vin] = /^VIN_(\d+)$/.exec(key) ?? [];
  if (vin) return `vin${Number(vin) + 1}_v`;
  const [, probe] = /^TS_(.+)$/.exec(key) ?? [];
  if (probe) return /^\d$/.test(probe) ? `temp${probe}_c` : `temp_${probe.toLowerCase()}_c`;
  const [, fan, of] = /^Fan(\d)_(RPM|Duty|Status)$/.exec(key) ?? [];
  if (fan) return of === 'Status' ? undefined : `fan${fan}_${of === 'RPM' ? 'rpm' : 'duty_pct'}`;
  const [, rail = '', quantity = ''] = /^(.+)_(Voltage|Current|Power)$/.exec(key) ?? [];
  return `${railNames[rail] ?? rail.toLowerCase()}_${quantity.toLowerCase()}_${units[quantity]}`;
}

/** A capture's frames, hexadecimal. */
async function framesOf(path: string): Promise<string[]> {
  const reader = await openCapture(path);
  const { frameBytes } = reader.board;
  const found: string[] = [];
  try {
    for await (const { count, frames } of reader.blocks())
      for (let row = 0; row < count; row++)
        found.push(Buffer.from(frames.subarray(row * frameBytes, (row + 1) * frameBytes)).toString('hex'));
  } finally {
    await reader.close();
  }
  return found;
}

/** The library adds sums up in floating point. */
const asNumber = (value: Value): number | null =>
  value === null ? null : Math.round(Number(value) * 1e6) / 1e6;

describe("the maker's library reads `powerlog simulate`", needs(makersLibrary), () => {
  it.each(publishedPairs)('%s firmware %i: every value is the one in the CSV', async (id, firmware) => {
    const folder = scratch();
    const board = ['--board', id, '--firmware', String(firmware)];
    const port = await simulate(...board, '--profile', 'train', '--latency', '1ms');
    const recording = startRecording(folder, port);
    await recording.hasRows(20);
    const { columns, rows, summary } = await recording.stop();

    // The same frames again, in the same order, to the library this time.
    const again = await simulate(...board, '--from', join(folder, 'run.plog'));
    const found = await readByLibrary(again, 20);
    const compared = columns.slice(2);
    const expected = rows
      .slice(0, 20)
      .map((row) =>
        Object.fromEntries(
          compared.map((name, n) => [name, row[n + 2] === '' ? null : asNumber(row[n + 2]!)]),
        ),
      );
    const values = found.values.map((each) =>
      Object.fromEntries(
        Object.entries(each).flatMap(([key, value]) => {
          const column = columnOf(key);
          return column ? [[column, asNumber(value)]] : [];
        }),
      ),
    );
    expect(values).toEqual(expected);
    expect(found.raw).toEqual((await framesOf(join(folder, 'run.plog'))).slice(0, 20));

    const { board: said } = summary;
    expect(found.welcomed).toBe(true);
    expect(found.device).toEqual({ VendorId: 0xee, ProductId: said.product_id, FwVersion: said.firmware });
    expect([found.uid, found.name]).toEqual([said.uid, said.name]);
    expect(said.firmware).toBe(firmware);
    const { rails, ...digest } = said.calibration;
    expect(digest).toMatchObject({ crc: found.calibration.crc, sha256: found.calibration.sha256 });
    const { voltage, current } = found.calibration;
    expect(Object.values(rails)).toEqual(
      voltage.map(([offset, gain], n) => ({
        voltage_offset: offset,
        voltage_gain: gain,
        current_offset: current[n]![0],
        current_gain: current[n]![1],
      })),
    );
  });

  it('a raised fault bit and an unequal wire', async () => {
    const board = ['--board', 'benchlab2', '--raise', 'imbalance_hpwr1', '--imbalance', '0.4'];
    const { values } = await readByLibrary(await simulate(...board), 1);
    const { FaultStatus, FaultLog, HPWR1_Current, HPWR1_W1_Current } = values[0]!;
    expect([FaultStatus, FaultLog]).toEqual([String(2 ** 32), String(2 ** 32)]);
    expect(Number(HPWR1_W1_Current) / Number(HPWR1_Current)).toBeCloseTo(0.4, 2);
  });
});
