import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../cli/csv.js';
import { powerlog, words } from '../cli/run.js';
import { testFolder, until } from '../feeds/waiting.js';
import { startAgent, startBoard, startUnready } from './bench.js';

const captures = (folder: string): string[] =>
  readdirSync(join(folder, 'captures'))
    .filter((name) => name.endsWith('.plog'))
    .sort()
    .map((name) => join(folder, 'captures', name));

interface Replayed {
  readonly unixS: readonly number[];
  readonly samples: number;
  readonly warnings: readonly string[];
}

/** What `replay` makes of a capture. */
function replayed(path: string): Replayed {
  const out = join(testFolder(), 'replayed.csv');
  const { code, err } = powerlog(words`replay ${path} --columns power --quiet --out ${out}`);
  if (code !== 0) throw new Error(err);
  const { names, rows } = readCsv(out);
  const { samples, warnings } = JSON.parse(readFileSync(out.replace(/csv$/, 'summary.json'), 'utf8'));
  return {
    unixS: rows.map((row) => Number(row[names.indexOf('unix_time_s')])),
    samples,
    warnings: warnings.map(({ code }: { code: string }) => code),
  };
}

describe('an agent', () => {
  it('takes a capture that lies beside its configuration for a port', async () => {
    const folder = testFolder();
    const { code, err } = powerlog(
      words`record --port sim --duration 3s --capture ${join(folder, 'x.plog')} --out ${join(folder, 'x.csv')} --quiet`,
    );
    expect(code, err).toBe(0);
    const agent = await startAgent(folder, { ports: ['x.plog'], captures: { folder: 'captures' } });
    await until(async () => captures(folder).length > 0);
    agent.signal('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  it('records whenever its board is there, and says when it is not', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    const agent = await startAgent(folder, {
      ...{ bench: 'bench 7', ports: [port] },
      captures: { folder: 'captures', every: '1s' },
    });
    expect(await agent.is('no-board')).toMatchObject({
      ...{ code: 503, bench: 'bench 7', run: null, boards: [] },
      problems: [{ code: 'no-board', message: expect.stringMatching(/looking for|does not exist/) }],
    });
    expect(await agent.metrics()).toContain('powerlog_agent_problem{bench="bench 7",problem="no-board"} 1');

    const board = await startBoard(port, '--name', 'desk 4');
    const there = await agent.is('ok');
    expect(there).toMatchObject({ code: 200, problems: [], boards: [{ board: 'desk 4', port }] });
    await until(async () => (await agent.health()).captures!.files >= 3);
    // On a busy machine there may be no samples for a while.
    await until(async () => (await agent.health()).boards[0]!.power_w === 400);
    const metrics = await until(async () => {
      const text = await agent.metrics();
      return text.includes('powerlog_power_watts{board="desk 4",component="system"} ') && text;
    });
    expect(metrics).toContain('powerlog_agent_problem{bench="bench 7",problem="no-board"} 0');

    // Unplugged: a link that was left would lead to the next terminal of that number, somebody else's.
    board.signal('SIGTERM');
    expect(await agent.is('no-board')).toMatchObject({
      ...{ code: 503, run: there.run },
      boards: [{ power_w: null }],
    });
    expect(await agent.metrics()).not.toContain('powerlog_power_watts{');
    await startBoard(port, '--name', 'desk 4');
    const back = await agent.is('ok');
    expect(back.run).toBe(there.run);
    const { samples } = back.boards[0]!;
    await until(async () => (await agent.health()).boards[0]!.samples > samples + 100);
    agent.signal('SIGTERM');
    expect(await agent.ended).toBe(0);
    expect(agent.err()).toMatch(/no-board is over, after \d+ s/);

    // A row of captures, each a recording of its own, and nothing is missing between two.
    const files = captures(folder);
    const all = files.map(replayed);
    expect(all.filter(({ warnings }) => warnings.includes('board-lost'))).toHaveLength(1);
    for (const [n, { unixS }] of all.entries()) {
      expect(unixS.length).toBeGreaterThan(0);
      const before = all[n - 1];
      if (before) expect(unixS[0]! - before.unixS.at(-1)!).toBeGreaterThan(0);
    }
    const instants = all.flatMap(({ unixS }) => unixS);
    expect(new Set(instants).size).toBe(instants.length);
  });

  it('loses no sample from one capture to the next, and leaves what it was killed over readable', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    await startBoard(port);
    const config = { ports: [port], captures: { folder: 'captures', every: '1s' } };
    const first = await startAgent(folder, config);
    await until(async () => (await first.health()).captures!.files >= 4);
    first.signal('SIGTERM');
    expect(await first.ended).toBe(0);
    const whole = captures(folder).map(replayed);
    const [, samples] = /run .*: over, ([\d,]+) samples of/.exec(first.err())!;
    const kept = whole.reduce((sum, each) => sum + each.samples, 0);
    expect(kept).toBe(Number(samples!.replaceAll(',', '')));
    expect(whole.flatMap(({ warnings }) => warnings)).not.toContain('capture-cut');

    // Files that last longer than it takes to see that the newest has its beginning, and to end the agent.
    const second = await startAgent(folder, { ...config, captures: { folder: 'captures', every: '4s' } });
    await until(async () => {
      const more = captures(folder).slice(whole.length);
      return more.length > 1 && statSync(more.at(-1)!).size > 0;
    });
    second.signal('SIGKILL');
    await second.ended;
    const more = captures(folder).slice(whole.length).map(replayed);
    expect(more.reduce((sum, each) => sum + each.samples, 0)).toBeGreaterThan(0);
    expect(more.slice(0, -1).flatMap(({ warnings }) => warnings)).not.toContain('capture-cut');
    expect(more.at(-1)!.warnings).toContain('capture-cut');
  });

  it('tells that no power is drawn, which is no fault of its own', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    await startBoard(port);
    const agent = await startAgent(folder, { ports: [port], power: { none_below_w: 401, none_after: '1s' } });
    expect(await agent.is('no-power')).toMatchObject({
      ...{ code: 200, captures: null, boards: [{ power_w: 400 }] },
      problems: [{ code: 'no-power', message: expect.stringContaining('less than 401 W') }],
    });
    expect(await agent.metrics()).toContain('problem="no-power"} 1');
  });

  it('begins another run when one has lasted long enough, and removes the oldest captures', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    await startBoard(port);
    const agent = await startAgent(folder, {
      ...{ ports: [port], run_for: '10s' },
      captures: { folder: 'captures', every: '1s', keep_size: '500kB' },
    });
    const { run } = await agent.is('ok');
    const [first] = await until(async () => captures(folder)[0] && captures(folder));
    await until(async () => !captures(folder).includes(first!));
    // But for the one that is written, and the one before it, of which it may not have come to think.
    const sizes = captures(folder).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
    expect(sizes.slice(0, -2).reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(500_000);
    await until(async () => ![run, null].includes((await agent.health()).run));
    expect(await agent.is('ok')).toMatchObject({ code: 200 });
  });

  it('goes on where captures cannot be written, and says so until they can', async () => {
    const folder = testFolder();
    const port = join(folder, 'board');
    await startBoard(port);
    const agent = await startAgent(folder, {
      ...{ ports: [port] },
      captures: { folder: 'captures', every: '1s' },
    });
    await agent.is('ok');
    renameSync(join(folder, 'captures'), join(folder, 'away'));
    writeFileSync(join(folder, 'captures'), '');
    const { samples } = (await agent.is('no-disk')).boards[0]!;
    await until(async () => (await agent.health()).boards[0]!.samples > samples);
    expect((await agent.health()).code).toBe(503);
    rmSync(join(folder, 'captures'));
    renameSync(join(folder, 'away'), join(folder, 'captures'));
    await agent.is('ok');
  });

  it('answers those who know the token, where other machines can ask', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'token'), 'a-token-that-is-long-enough\n');
    const agent = await startAgent(folder, {
      ...{ ports: [join(folder, 'board')] },
      listen: { at: '0.0.0.0:0', token_file: 'token' },
    });
    for (const path of ['/health', '/metrics']) {
      expect((await fetch(agent.url + path)).status).toBe(401);
      const headers = { authorization: 'Bearer a-token-that-is-long-enough' };
      expect([200, 503]).toContain((await fetch(agent.url + path, { headers })).status);
    }
    agent.signal('SIGINT');
    expect(await agent.ended).toBe(0);
  });
});

describe('a configuration', () => {
  it.each([
    ['not JSON', '{', 2, 'not JSON'],
    [
      'a key that there is not',
      { port: 'sim' },
      2,
      "top level: unknown key 'port'; allowed are bench, ports",
    ],
    ['a key twice', '{"bench":"a","bench":"b"}', 2, 'stands there twice'],
    ['no list', { ports: 'sim' }, 2, 'ports: expected a list of ports'],
    ['an empty list', { ports: [] }, 2, 'ports: expected at least one port'],
    ['a number for a duration', { run_for: 5 }, 2, "run_for: expected text such as '1d'"],
    ['a duration without a unit', { captures: { folder: 'c', every: '5' } }, 2, 'captures.every'],
    ['too short a time', { captures: { folder: 'c', every: '5ms' } }, 2, 'the shortest is 1s'],
    ['no folder', { captures: {} }, 2, 'captures.folder: expected the path of a file'],
    ['a size that is none', { captures: { folder: 'c', keep_size: 'much' } }, 2, 'captures.keep_size'],
    ['a database without a place to wait in', { influx: { url: 'http://127.0.0.1:1' } }, 2, 'influx.spool'],
    ['no URL', { influx: { url: 'db', spool: 's' } }, 2, 'influx: '],
    [
      'a tag of our own',
      { influx: { url: 'http://127.0.0.1:1', spool: 's', tags: { board: 'x' } } },
      2,
      'tag',
    ],
    [
      'a tag that would be another',
      { influx: { url: 'http://127.0.0.1:1', spool: 's', tags: { 'a=b': 'x' } } },
      2,
      "'a=b=x' is not a tag",
    ],
    ['no place', { listen: { at: '10177' } }, 2, 'is not a place to listen at'],
    ['a place for all without a token', { listen: { at: '0.0.0.0:0' } }, 2, 'token'],
    ['a token that is not there', { listen: { token_file: 'none' } }, 2, 'there is no such file'],
    ['a rail that no board has', { slot: 'pcie9', ports: ['sim'] }, 2, 'pcie9'],
    [
      'a rail that no board has that may come',
      { slot: 'pcie9', ports: ['/dev/none'] },
      2,
      "slot: no board has a PCIe rail 'pcie9'; expected one of pcie1, pcie2, pcie3",
    ],
    ['a profile that there is not', { ports: ['sim:none'] }, 2, 'none'],
    ['a folder that cannot be', { captures: { folder: 'agent.json/c' } }, 5, 'cannot be made'],
  ])('is refused for %s', async (_, config, code, said) => {
    const agent = startUnready(
      testFolder(),
      typeof config === 'string' || 'listen' in config
        ? config
        : { listen: { at: '127.0.0.1:0' }, ...config },
    );
    expect({ code: await agent.ended, err: agent.err() }).toEqual({
      code,
      err: expect.stringContaining(said),
    });
  });

  it('may name a rail of a board that a map is for, which may be one of the user’s own', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'map.json'), '{"components": {"gpu": ["pcie_slot"], "motherboard": ["atx"]}}');
    const config = { slot: 'pcie_slot', map: 'map.json', ports: [join(folder, 'none')] };
    const agent = await startAgent(folder, config);
    agent.signal('SIGTERM');
    expect(await agent.ended).toBe(0);
  });

  it('has to be there', () => {
    const { code, err } = powerlog(words`agent --config ${join(testFolder(), 'none.json')}`);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('no such file') });
    expect(powerlog(words`agent`).code).toBe(2);
  });
});
