import { describe, expect, it } from 'vitest';
import { ask, cells } from '../asked.js';
import { onPath, vendorFixture } from '../on-path.js';

const [first, second] = [
  'GPU-5119e922-1797-1ace-ec58-cc0a2772f5ee',
  'GPU-a1b0f4c2-93d7-4d0e-8f1c-6f0c2f6e7a11',
];

/** Of a driver that knows all powers. */
const newer = (rows: string, cards = '') => `
case "$*" in
  *-lms*) ${rows} ;;
  *) ${
    cards ||
    `echo "171.90, 170.02, 169.87, ${first}, 0, 00000000:01:00.0, 550.54, NVIDIA RTX 4090, Founders"
     echo "21.88, 21.88, [N/A], ${second}, 1, 00000000:81:00.0, 550.54, NVIDIA A100"`
  } ;;
esac`;

/** Of one that refuses a question with a field that it does not know. */
const older = (rows: string) => `
case "$*" in
  *power.draw.instant*) cat ${vendorFixture('nvidia-smi/unknown-field.txt')}; exit 2 ;;
  *-lms*) ${rows} ;;
  *) echo "[Not Supported], ${first}, 0, 00000000:01:00.0, 430.14, GeForce GTX 1050 Ti" ;;
esac`;

const stamp = (text = '2023/03/02 11:37:40.983') => text;

describe('nvidia-smi', () => {
  it('prints on and on, a line a card', () => {
    const rows = `echo "${first}, ${stamp()}, 171.90, 170.02, 169.87"; echo "${second}, ${stamp()}, 21.88, 21.88, [N/A]"
      echo "${first}, ${stamp()}, 246.12, 170.02, 169.87"; echo "${second}, ${stamp()}, 22.04, 21.88, [N/A]"; sleep 600`;
    const asked = ask('nvidia-smi', 2, onPath({ 'nvidia-smi': newer(rows) }));
    expect(cells(asked, 1)).toEqual({
      gpu0_power_w: 246.12,
      gpu0_plain_power_w: 170.02,
      gpu0_average_power_w: 169.87,
      gpu0_unix_time_s: expect.any(Number),
      gpu1_power_w: 22.04,
      gpu1_plain_power_w: 21.88,
      gpu1_average_power_w: null,
      gpu1_unix_time_s: expect.any(Number),
    });
    expect(asked.told).toEqual(['sensor-missing gpu1 has no power.draw.average: [N/A]']);
    expect(asked.identity.driver).toBe('550.54');
    expect(asked.identity.devices).toEqual([
      { prefix: 'gpu0', name: 'NVIDIA RTX 4090, Founders', uuid: first, bus: '0000:01:00.0' },
      { prefix: 'gpu1', name: 'NVIDIA A100', uuid: second, bus: '0000:81:00.0' },
    ]);
  });

  it('is asked for less where its driver knows no more', () => {
    const rows = `echo "${first}, ${stamp()}, [Not Supported]"; echo "${first}, ${stamp()}, 97.26"; sleep 600`;
    const asked = ask('nvidia-smi', 2, onPath({ 'nvidia-smi': older(rows) }));
    expect(asked.columns.map(({ name }) => name)).toEqual(['gpu0_power_w', 'gpu0_unix_time_s']);
    expect(cells(asked, 0)).toEqual({ gpu0_power_w: null, gpu0_unix_time_s: null });
    expect(cells(asked, 1).gpu0_power_w).toBe(97.26);
    expect(asked.told).toEqual(['sensor-missing gpu0 has no power.draw: [Not Supported]']);
  });

  it('leaves empty what a card that is in trouble says, and says that', () => {
    const rows = `echo "${first}, ${stamp()}, [GPU requires reset], [Unknown Error], 1.5"
      echo "${second}, ${stamp()}, 22.04, 21.88, [N/A]"; sleep 600`;
    const asked = ask('nvidia-smi', 1, onPath({ 'nvidia-smi': newer(rows) }));
    expect(cells(asked, 0)).toMatchObject({
      gpu0_power_w: null,
      gpu0_average_power_w: 1.5,
      gpu1_power_w: 22.04,
    });
    expect(asked.told).toContain('sensor-lost gpu0 has for power.draw.instant: [GPU requires reset]');
    expect(asked.told).toContain('sensor-lost gpu0 has for power.draw: [Unknown Error]');
  });

  it('keeps readings apart where a card says nothing', () => {
    const rows = `echo "${first}, ${stamp()}, 1, 2, 3"; echo "${first}, ${stamp()}, 4, 5, 6"
      echo "${second}, ${stamp()}, 7, 8, 9"; sleep 600`;
    const asked = ask('nvidia-smi', 2, onPath({ 'nvidia-smi': newer(rows) }));
    expect(cells(asked, 0)).toMatchObject({ gpu0_power_w: 1, gpu1_power_w: null });
    expect(cells(asked, 1)).toMatchObject({ gpu0_power_w: 4, gpu1_power_w: 7 });
  });

  it('is started again when it ends, with an empty reading between', () => {
    const rows = `echo "${first}, ${stamp()}, 1, 2, 3"; echo "${second}, ${stamp()}, 7, 8, 9"; exit 15`;
    const asked = ask('nvidia-smi', 3, onPath({ 'nvidia-smi': newer(rows) }));
    expect(Object.values(cells(asked, 1)).every((value) => value === null)).toBe(true);
    expect(cells(asked, 2).gpu0_power_w).toBe(1);
    expect(asked.told).toContain('sensor-lost it ended with exit code 15');
  });

  it('says what it cannot read', () => {
    const rows = `printf '\\033[31mNVML: Driver/library version mismatch\\n'; echo "${first}, ${stamp()}, 1, 2, 3"
      echo "${second}, ${stamp()}, 7, 8, 9"; sleep 600`;
    const asked = ask('nvidia-smi', 1, onPath({ 'nvidia-smi': newer(rows) }));
    expect(asked.told).toContain(
      "sensor-unreadable it printed '\\u{1b}[31mNVML: Driver/library version mismatch'",
    );
  });

  it('is missing where it is not there, and where it cannot reach the driver', () => {
    expect(ask('nvidia-smi', 1, { PATH: '/nowhere' }).trouble).toBe(
      'sensor-missing there is no program nvidia-smi',
    );
    const failing = onPath({ 'nvidia-smi': 'echo "NVIDIA-SMI has failed" >&2; exit 9' });
    expect(ask('nvidia-smi', 1, failing).trouble).toBe(
      'sensor-missing nvidia-smi failed (it ended with exit code 9): NVIDIA-SMI has failed',
    );
  });
});
