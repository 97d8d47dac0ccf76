import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { words } from '../cli/run.js';
import { freePort } from '../free-port.js';
import { needs, prometheus as server } from '../parts.js';
import { Powers } from './powers.js';
import { type Prometheus, startPrometheus } from './prometheus.js';
import { startRecorder } from './recorder.js';
import { testFolder, until } from './waiting.js';

const system = '{component="system"}';
const energy = 'powerlog_energy_joules_total';

const scrapes = (prometheus: Prometheus, job: string, count: number) =>
  until(async () => {
    const [series] = await prometheus.kept(`powerlog_samples_total{job="${job}"}`);
    return series && series.values.length >= count;
  });

describe('the real Prometheus', needs(server), () => {
  it('keeps what was measured, for each of its jobs by itself, and finds its energy by increase()', async () => {
    const folder = testFolder();
    const target = `127.0.0.1:${await freePort()}`;
    const csv = join(folder, 'run.csv');
    const recorder = startRecorder(words`--port sim:square --metrics ${target} --out ${csv}`);
    await recorder.metricsUrl;
    const intervals = { often: 0.4, seldom: 1.1 };
    const prometheus = await startPrometheus(
      Object.entries(intervals).map(([name, s]) => ({ name, target, interval: `${s * 1000}ms` })),
    );
    await scrapes(prometheus, 'often', 10);
    await scrapes(prometheus, 'seldom', 5);
    expect(await recorder.stop()).toBe(0);

    const powers = new Powers(csv, 'system_power_w');
    for (const [job, intervalS] of Object.entries(intervals)) {
      const of = async (name: string, labels: string): Promise<Map<number, number>> => {
        const [series] = await prometheus.kept(`${name}{job="${job}",${labels}}`);
        return new Map(series!.values);
      };
      const [joules, watts, least, largest] = await Promise.all(
        [energy, 'powerlog_power_watts', 'powerlog_power_min_watts', 'powerlog_power_max_watts'].map((name) =>
          of(name, 'component="system"'),
        ),
      );
      const lastUnixS = await of('powerlog_last_sample_timestamp_seconds', 'board!=""');
      // What a busy Prometheus did not wait for may have been told all the same.
      const unkeptS = [...(await of('up', 'instance!=""'))].flatMap(([atS, up]) => (up ? [] : [atS]));
      let beforeS = 0;
      let before: { sample: number; atS: number } | null = null;
      for (const [scrapedS, atS] of lastUnixS) {
        const sample = powers.sampleAt(atS);
        expect(sample).toBeGreaterThanOrEqual(0);
        expect(joules!.get(scrapedS)).toBeCloseTo(powers.joulesUpToSample(sample), 5);
        if (unkeptS.some((unkept) => unkept > beforeS && unkept < scrapedS)) before = null;
        beforeS = scrapedS;
        const isFirst = scrapedS === [...lastUnixS.keys()][0] && !unkeptS.some((unkept) => unkept < scrapedS);
        // On a busy machine it may have asked twice between two samples: then there is nothing of which there could be a mean.
        if (before && before.sample === sample) continue;
        const fromJ = before ? powers.joulesUpToSample(before.sample) : 0;
        if (before) {
          const meanW = (powers.joulesUpToSample(sample) - fromJ) / (atS - before.atS);
          expect(watts!.get(scrapedS)).toBeCloseTo(meanW, 2);
        }
        if (before || isFirst)
          expect([least!.get(scrapedS), largest!.get(scrapedS)]).toEqual(
            powers.extremesW(before?.sample ?? 0, sample),
          );
        before = { sample, atS };
      }

      const instants = [...joules!.keys()];
      const [fromS, toS] = [instants[0]!, instants.at(-1)!];
      const rangeMs = Math.round((toS - fromS) * 1000);
      // Between the last samples that it was told of: how long before the scrape those were hangs on how busy the machine is.
      const told = [fromS, toS].map((s) => powers.joulesUpToSample(powers.sampleAt(lastUnixS.get(s)!)));
      const trueJ = told[1]! - told[0]!;
      const increasedJ = await prometheus.number(
        `increase(${energy}{job="${job}",component="system"}[${rangeMs}ms])`,
        toS,
      );
      expect(Math.abs(increasedJ! - trueJ)).toBeLessThan(powers.largestW * intervalS);
    }

    // Units are told in OpenMetrics alone, so that it was that which Prometheus asked for and read.
    const metadata = (await prometheus.api(`targets/metadata?metric=powerlog_energy_joules`)) as object[];
    expect(metadata[0]).toMatchObject({ type: 'counter', unit: 'joules' });
  });

  it('survives a powerlog that is killed and started again', async () => {
    const folder = testFolder();
    const target = `127.0.0.1:${await freePort()}`;
    const csvs = ['first.csv', 'second.csv'].map((name) => join(folder, name));
    const intervalS = 0.3;
    const start = (port: string, csv: string) =>
      startRecorder(words`--port ${port} --metrics ${target} --out ${csv}`);
    const first = start('sim:constant', csvs[0]!);
    await first.metricsUrl;
    const prometheus = await startPrometheus([{ name: 'bench', target, interval: '300ms' }]);
    const kept = async () => (await prometheus.kept(`${energy}${system}`))[0]?.values ?? [];
    // The second draws little, so that it is seen to have begun anew however late Prometheus comes to it.
    await until(async () => (await kept()).length >= 6 && (await kept()).at(-1)![1] > 1500);
    first.kill();
    await first.ended;
    const before = (await kept()).length;
    const second = start('sim:idle', csvs[1]!);
    await second.metricsUrl;
    await until(async () => (await kept()).length >= before + 6);
    expect(await second.stop()).toBe(0);

    const values = await kept();
    const reset = values.findIndex(([, joules], n) => n > 0 && joules < values[n - 1]![1]);
    expect(reset).toBeGreaterThan(0);
    // What the first was told of last, less what it was told of first, and all that the second was told of.
    const scrapedJ = values[reset - 1]![1] - values[0]![1] + values.at(-1)![1];
    const toS = values.at(-1)![0];
    const rangeMs = Math.round((toS - values[0]![0]) * 1000);
    const increasedJ = await prometheus.number(`increase(${energy}${system}[${rangeMs}ms])`, toS);
    expect(Math.abs(increasedJ! - scrapedJ)).toBeLessThan(400 * intervalS);
  });

  it('is known by its token where other machines could ask', async () => {
    const folder = testFolder();
    const token = 'correct-horse/battery+staple==';
    writeFileSync(join(folder, 'token'), `${token}\n`);
    const port = await freePort();
    const options = words`--metrics 0.0.0.0:${port} --metrics-token-file ${join(folder, 'token')}`;
    const recorder = startRecorder([...words`--port sim --out ${join(folder, 'run.csv')}`, ...options]);
    await recorder.metricsUrl;
    expect(recorder.err()).not.toContain(token);
    const target = `127.0.0.1:${port}`;
    const prometheus = await startPrometheus([
      { name: 'knows', target, interval: '200ms', token },
      { name: 'guesses', target, interval: '200ms', token: `${token}=` },
      { name: 'knows-none', target, interval: '200ms' },
    ]);
    await scrapes(prometheus, 'knows', 2);
    const up = async (job: string) =>
      (await until(async () => (await prometheus.kept(`up{job="${job}"}`))[0]))!.values.map(
        ([, value]) => value,
      );
    expect(await up('knows')).toContain(1);
    for (const job of ['guesses', 'knows-none']) expect(new Set(await up(job))).toEqual(new Set([0]));
    onTestFinished(() => recorder.kill());
  });
});
