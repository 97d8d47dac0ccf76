import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Metrics } from '#powerlog/feeds/metrics/metrics.js';
import type { MetricsTrack } from '#powerlog/feeds/metrics/metrics-track.js';
import { Scrapers } from '#powerlog/feeds/metrics/scrapers.js';
import { ownMap } from '#powerlog/measure/rail-map.js';
import { startRecording } from '#powerlog/session/record.js';
import { openAllSources } from '#powerlog/source/open.js';
import { powerlog, words } from '../cli/run.js';
import { startRecorder } from './recorder.js';
import { testFolder, until } from './waiting.js';

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

async function ask(
  url: string,
  { headers = {}, method = 'GET', agent = false as Agent | false, body = '' } = {},
): Promise<Answer> {
  const asked = request(url, { method, headers, agent });
  asked.end(body);
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of reply.setEncoding('utf8')) text += chunk;
  return { status: reply.statusCode!, headers: reply.headers, body: text };
}

/** A sample's value in a text; undefined where it is not there. */
function valueIn(text: string, name: string, labels = 'component="system"'): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(labels));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

/** What a scraper asks, as far as it is looked at. */
const scrapeBy = (agent: string, socket: object = {}, accept = '') =>
  ({
    ...{ method: 'GET', url: '/metrics', headers: { 'user-agent': agent, accept } },
    socket: { remoteAddress: '127.0.0.1', destroyed: true, ...socket },
  }) as unknown as IncomingMessage;

async function recordingOf(ports: readonly string[], metrics: Metrics) {
  const sources = await openAllSources(ports, { link: 'auto', reconnectMs: 0, onNotice: () => {} });
  const recording = await startRecording({
    ...{ sources, map: ownMap, outputs: { columns: 'power' } },
    sinks: (track) => [...track.outputs.sinks, metrics.sinkOf(track)],
  });
  metrics.begin(recording);
  onTestFinished(() => recording.close());
  return recording;
}

describe('what a scrape is told', () => {
  it('is, of counters, what the summary says in the end', async () => {
    const metrics = new Metrics();
    const recording = await recordingOf(['sim:train'], metrics);
    const text = async () => String((await metrics.answer(scrapeBy('a'))).body);
    await until(async () => valueIn(await text(), 'powerlog_samples_total', 'board=')! > 500);
    recording.stop();
    await recording.ended;
    const summary = await recording.summarize();
    const last = await text();
    for (const [name, joules] of Object.entries(summary.energy_j))
      expect(valueIn(last, 'powerlog_energy_joules_total', `component="${name}"`)).toBe(joules);
    for (const [name, { energy_j }] of Object.entries(summary.rails)) {
      const told = valueIn(last, 'powerlog_energy_joules_total', `rail="${name}"`)!;
      if (energy_j! > 1) expect(told).toBe(energy_j);
      // A rail that is not connected reads a little less than nothing, and a counter that falls would be a restart.
      else expect(told).toBeGreaterThanOrEqual(Math.max(0, energy_j!));
    }
    expect(valueIn(last, 'powerlog_samples_total', 'board=')).toBe(summary.samples);
    // A busy machine's silences at the ends are gaps of the summary alone, and of those between samples some may turn out to be none.
    const inner = summary.gaps.filter(({ start_s, end_s }) => start_s > 0 && end_s < summary.duration_s!);
    expect(valueIn(last, 'powerlog_gaps_total', 'board=')).toBeGreaterThanOrEqual(inner.length);
  });

  it('is, of gauges, the time since the own last scrape, whoever else asks meanwhile', async () => {
    const metrics = new Metrics();
    await recordingOf(['sim:square'], metrics);
    const read = async (agent: string) => {
      const text = String((await metrics.answer(scrapeBy(agent))).body);
      const of = (name: string) => valueIn(text, `powerlog_${name}`)!;
      const atS = valueIn(text, 'powerlog_last_sample_timestamp_seconds', 'board=')!;
      return {
        atS,
        joules: of('energy_joules_total'),
        meanW: of('power_watts'),
        minW: of('power_min_watts'),
        maxW: of('power_max_watts'),
      };
    };
    type Read = Awaited<ReturnType<typeof read>>;
    // Whole µs, of which seconds since 1970 are off by a part: much where one sample has come since.
    const betweenS = (from: Read, to: Read) => Math.round((to.atS - from.atS) * 1e6) / 1e6;
    await until(async () => (await read('first')).joules > 0);
    const before: Record<string, Read> = { fast: await read('fast'), slow: await read('slow') };
    const seen: Read[] = [];
    // Both halves of the square are seen by the slow one, in whose time the fast one asks over and over.
    await until(async () => {
      const now = await read('fast');
      const last = seen.at(-1) ?? before.fast!;
      // Nothing is said of now where the board was not heard of for seconds.
      if (now.atS > last.atS && now.meanW !== undefined)
        expect(now.meanW).toBeCloseTo((now.joules - last.joules) / betweenS(last, now), 1);
      seen.push(now);
      return seen.some(({ minW }) => minW > 400) && seen.some(({ maxW }) => maxW < 200);
    });
    const slow = await read('slow');
    expect([slow.minW, slow.maxW]).toEqual([120, 500]);
    expect(slow.meanW).toBeCloseTo((slow.joules - before.slow!.joules) / betweenS(before.slow!, slow), 2);
  });

  it('is nothing of now where the board is away, and all of what was', async () => {
    const metrics = new Metrics();
    const tracks: MetricsTrack[] = [];
    const sinkOf = metrics.sinkOf.bind(metrics);
    metrics.sinkOf = (track) => {
      const sink = sinkOf(track) as MetricsTrack;
      tracks.push(sink);
      return sink;
    };
    const recording = await recordingOf(['sim'], metrics);
    const scraper = { key: 'a' };
    const read = (nowUs: number) => {
      recording.handOver();
      return tracks[0]!.read(scraper, nowUs);
    };
    await until(async () => read(0).samples > 100);
    const { powers, samples } = read(0);
    expect(powers[0]!.powerW).toEqual({ mean: expect.closeTo(400, 6), min: 400, max: 400 });
    expect(powers.at(-1)!.voltageV!.mean).toBeCloseTo(12, 0);
    const away = tracks[0]!.read(scraper, 3600e6);
    for (const { powerW, voltageV } of away.powers) expect([powerW, voltageV]).toEqual([null, null]);
    expect(away.powers[0]!.energyJ).toBeGreaterThan(0);
    expect(away.samples).toBeGreaterThanOrEqual(samples);
  });

  it('tells boards apart that are called the same', async () => {
    const metrics = new Metrics();
    await recordingOf(['sim', 'sim', 'sim'], metrics);
    const text = String((await metrics.answer(scrapeBy('a'))).body);
    const boards = [...text.matchAll(/^powerlog_samples_total\{board="(.*)"\}/gm)].map(([, name]) => name);
    expect(new Set(boards).size).toBe(3);
    expect(boards[0]).toBe('powerlog simulator');
  });

  it('is kept for a bounded number of scrapers', () => {
    const forgotten: string[] = [];
    const scrapers = new Scrapers(({ key }) => forgotten.push(key));
    const [old] = [scrapers.of(scrapeBy('old')), scrapers.of(scrapeBy('older'))];
    for (let n = 0; n < 62; n++) scrapers.of(scrapeBy(`${n}`));
    expect(scrapers.of(scrapeBy('old'))).toBe(old);
    scrapers.of(scrapeBy('one more'));
    expect(forgotten).toEqual([expect.stringContaining('older')]);
  });

  it('is of another stretch for each connection that is open, and goes on for one that was', () => {
    const scrapers = new Scrapers(() => {});
    const [one, other] = [{ destroyed: false }, { destroyed: false }];
    const by = (socket: object) =>
      scrapers.of({ url: '/metrics', headers: {}, socket } as unknown as IncomingMessage);
    const [first, second] = [by(one), by(other)];
    expect(first).not.toBe(second);
    expect([by(one), by(other)]).toEqual([first, second]);
    other.destroyed = true;
    expect(by({ destroyed: false })).toBe(second);
    expect(by(one)).toBe(first);
  });
});

describe('who may ask', () => {
  it('is this machine, under its own name, for metrics alone', async () => {
    const recorder = startRecorder(
      words`--port sim --metrics 127.0.0.1:0 --out ${join(testFolder(), 'r.csv')}`,
    );
    const url = await recorder.metricsUrl;
    const { status, headers, body } = await ask(url);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(body).toMatch(/^powerlog_build_info\{version="[\d.]+"\} 1$/m);
    expect((await ask(url, { headers: { host: 'evil.example' } })).status).toBe(403);
    expect((await ask(url, { method: 'POST', body: 'x' })).status).toBe(405);
    expect(await ask(new URL('/', url).href)).toMatchObject({
      status: 404,
      body: expect.stringContaining('/metrics'),
    });
    expect((await ask(url, { method: 'HEAD' })).status).toBe(200);
    expect(await recorder.stop()).toBe(0);
  });

  it('goes on with its own time over a connection that it keeps', async () => {
    const recorder = startRecorder(
      words`--port sim --metrics 127.0.0.1:0 --out ${join(testFolder(), 'r.csv')}`,
    );
    const url = await recorder.metricsUrl;
    const agents = [1, 2].map(() => new Agent({ keepAlive: true, maxSockets: 1 }));
    onTestFinished(() => {
      for (const agent of agents) agent.destroy();
    });
    const joules = async (agent: Agent) =>
      valueIn((await ask(url, { agent })).body, 'powerlog_energy_joules_total')!;
    for (const agent of agents) await until(async () => (await joules(agent)) > 10);
    const meanOf = async (agent: Agent) => valueIn((await ask(url, { agent })).body, 'powerlog_power_watts');
    // Of a board that has said nothing for seconds there is none, and a busy machine may make it one.
    for (const agent of agents) expect(await until(() => meanOf(agent))).toBeCloseTo(400, 3);
    expect(await recorder.stop()).toBe(0);
  });

  it.each([
    ['--metrics 10177', 'is not a place to listen at'],
    ['--metrics host:99999', 'is not a place to listen at'],
    ['--metrics 0.0.0.0:0', 'token'],
    ['--metrics [::]:0', 'token'],
    ['--metrics-token-file x', '--metrics'],
    ['--metrics --metrics-token-file /does/not/exist', 'there is no such file'],
    ['--metrics --metrics-token-file /', 'it is a directory'],
  ])('has to be said well: %s', (options, said) => {
    for (const command of [words`record --out -`, words`exec`]) {
      const given = [...command, ...words`--port sim`, ...options.split(' ')];
      const { code, out, err } = powerlog(command[0] === 'exec' ? [...given, '--', 'echo', 'run'] : given);
      expect(err).toContain(said);
      expect({ code, out }).toEqual({ code: 2, out: '' });
    }
  });

  it('has to know a token that is one, which no message holds', () => {
    const file = join(testFolder(), 'token');
    for (const token of ['short', 'two words and more of them', '', 'with-ümläuts-and-more-of-them']) {
      writeFileSync(file, token);
      const { code, err } = powerlog(
        words`record --port sim --out - --metrics 0.0.0.0:0 --metrics-token-file ${file}`,
      );
      expect(code).toBe(2);
      if (token !== '') expect(err).not.toContain(token);
    }
    const { code } = powerlog(words`record --port sim --out - --metrics 0.0.0.0:0`, undefined, {
      POWERLOG_METRICS_TOKEN: 'tiny',
    });
    expect(code).toBe(2);
  });
});

describe('a place that is taken', () => {
  const taken = async (): Promise<string> => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
  };

  it('ends record before anything is measured', async () => {
    const { code, err } = powerlog(words`record --port sim --out - --metrics ${await taken()}`);
    expect({ code, err }).toMatchObject({
      code: 5,
      err: expect.stringContaining('somebody else listens there'),
    });
  });

  it('keeps exec from nothing, unless it is strict', async () => {
    const place = await taken();
    const ran = powerlog(
      words`exec --port sim --baseline 0 --metrics ${place} -- sh -c ${'echo ran; exit 9'}`,
    );
    expect(ran).toMatchObject({
      code: 9,
      out: 'ran\n',
      err: expect.stringContaining('cannot listen at'),
    });
    const strict = powerlog(words`exec --port sim --baseline 0 --strict --metrics ${place} -- echo ran`);
    expect(strict).toMatchObject({ code: 5, out: '' });
  });
});

it('serves the metrics of a command', async () => {
  const folder = testFolder();
  const recorder = startRecorder([
    ...words`exec --port sim --baseline 0 --metrics 127.0.0.1:0 -- sh -c`,
    'while [ ! -e "$0" ]; do sleep 0.05; done; exit 3',
    join(folder, 'asked'),
  ]);
  const url = await recorder.metricsUrl;
  await until(async () => valueIn((await ask(url)).body, 'powerlog_power_watts') === 400);
  writeFileSync(join(folder, 'asked'), '');
  expect(await recorder.ended).toBe(3);
});
