import { describe, expect, it } from 'vitest';
import { needs } from '../parts.js';
import { figureOf } from './acts.js';
import { browserPart, openFile } from './browser.js';
import { makeRun, writePage } from './document.js';

const current_a = { mean: 9.6, max: 10.25 };
const power_w = { mean: 115, max: 123 };
const over = { limit: 9.2, times: 2, duration_s: 1.5, first_s: 0.2, highest: 9.9, ended: true };

describe('a page of a board whose single wires are measured', needs(browserPart), () => {
  it('shows the share of each, and marks those that were over a limit', async () => {
    const made = makeRun({});
    const wires = [
      {
        ...{ name: 'hpwr1_w1', rail: 'hpwr1', current_a, power_w, share: 0.4, share_max: 0.413 },
        alarms: [
          { kind: 'current', ...over },
          { kind: 'share', ...over, limit: 0.25, times: 1 },
        ],
      },
      { name: 'hpwr1_w2', rail: 'hpwr1', current_a, power_w, share: null, share_max: null, alarms: [] },
      // As an earlier powerlog wrote it.
      { name: 'hpwr1_w3', rail: 'hpwr1', current_a, power_w, share: 0.12 },
    ];
    const run = { ...made.run, summary: { ...made.run.summary, wires } };
    const { page, complaints } = await openFile(writePage([{ ...made, run }]));
    const rows = page.locator('.wires tbody tr');
    const textOf = async (n: number) => (await rows.nth(n).locator('td').last().textContent()) ?? '';
    expect(await figureOf(page, 'wires.hpwr1_w1.share')).toBe(0.4);
    expect(await figureOf(page, 'wires.hpwr1_w1.share_max')).toBe(0.413);
    expect(await textOf(0)).toBe('9.2 A, 2 times, 1.500 s, 25 %, 1 time, 1.500 s');
    expect([await textOf(1), await textOf(2)]).toEqual(['', '']);
    const marked = await rows.evaluateAll((all) => all.map((row) => row.classList.contains('is-over')));
    expect(marked).toEqual([true, false, false]);
    expect(complaints).toEqual([]);
  });
});
