import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { freePort } from '../../free-port.js';
import { Program, rowsOf, until } from '../program.js';
import { TakingServer } from './http-server.js';

const linesIn = (server: TakingServer): string[] => server.posts.flatMap(({ lines }) => lines);
const warningsOf = (csv: string): { code: string; message: string }[] =>
  JSON.parse(readFileSync(csv.replace(/\.csv$/, '.summary.json'), 'utf8')).warnings.filter(
    ({ code }: { code: string }) => code.startsWith('influx'),
  );

/** Lines as a CSV's rows should make them. */
const expected = (csv: string, tags: string): string[] =>
  rowsOf(csv).map(
    (row) =>
      `powerlog,${tags} ${['system', 'cpu', 'gpu', 'motherboard']
        .map((name) => `${name}_power_w=${row[`${name}_power_w`]}`)
        .join(',')} ${row.unix_time_s!.replace('.', '')}000`,
  );
const withoutHost = (lines: readonly string[]): string[] =>
  lines.map((line) => line.replace(/,host=[^,]*/, ''));

describe('what is sent', () => {
  it('is gzipped lines, to where v2 takes them, with the token in its header', async () => {
    const server = await TakingServer.open();
    const csv = join(scratch(), 'run.csv');
    const url = `${server.url}/influx/api/v2/write?org=lab&bucket=power`;
    const run = new Program(
      words`record --port sim:square --rate 200 --out ${csv} --influx ${url} --tag run=r1 --tag rack=b4`,
      { POWERLOG_INFLUX_TOKEN: 'a-token' },
    );
    await until(() => server.posts.length > 1);
    expect(await run.end()).toBe(0);
    const [first] = server.posts;
    expect([first!.method, first!.path, Object.fromEntries(first!.query)]).toEqual([
      'POST',
      '/influx/api/v2/write',
      { org: 'lab', bucket: 'power', precision: 'ns' },
    ]);
    expect(first!.headers).toMatchObject({ authorization: 'Token a-token', 'content-encoding': 'gzip' });
    expect(withoutHost(linesIn(server))).toEqual(expected(csv, 'board=powerlog\\ simulator,rack=b4,run=r1'));
    expect(run.said).not.toContain('a-token');
  });

  it('is the columns that were chosen, and no empty field', async () => {
    const server = await TakingServer.open();
    const csv = join(scratch(), 'run.csv');
    const run = new Program(
      words`record --port sim:square --rate 100 --columns ${'eps1_*,temp*'} --out ${csv} --influx ${server.url} --quiet`,
    );
    await until(() => server.posts.length > 0);
    expect(await run.end()).toBe(0);
    const [row] = rowsOf(csv);
    const fields = linesIn(server)[0]!.replaceAll('\\ ', '_').split(' ')[1]!.split(',');
    expect(fields).toEqual(
      Object.entries(row!)
        .filter(([name, cell]) => /^(eps1|temp)/.test(name) && cell !== '')
        .map(([name, cell]) => `${name}=${cell}`),
    );
    expect(fields.length).toBeGreaterThan(3);
  });

  it('is left out where the server refuses one batch for good; the others arrive, and the recording goes on', async () => {
    const server = await TakingServer.open();
    server.answer = (reply, _, n) => {
      if (n === 1) reply.writeHead(400).end('field type conflict\u001b[2J a-token');
    };
    const csv = join(scratch(), 'run.csv');
    const run = new Program(words`record --port sim:square --rate 200 --out ${csv} --influx ${server.url}`, {
      POWERLOG_INFLUX_TOKEN: 'a-token',
    });
    await until(() => server.posts.length > 3);
    expect(await run.end()).toBe(0);
    expect(run.said).toMatch(/refuses \d+ lines for good \(HTTP 400: field type conflict\\u\{1b\}\[2J …\)/);
    expect(run.said).not.toContain('a-token');
    const [refused] = server.posts.splice(1, 1);
    const all = expected(csv, 'x');
    expect(linesIn(server).length + refused!.lines.length).toBe(all.length);
    expect(warningsOf(csv)).toEqual([
      {
        code: 'influx-refused',
        message: expect.stringContaining(`refused ${refused!.lines.length} lines: HTTP 400`),
      },
    ]);
  });

  it('comes again, all of what was taken lately, behind a server that was away; each line is told apart by its stamp', async () => {
    const server = await TakingServer.open();
    server.answer = (reply, _, n) => {
      if (n >= 3 && n < 6) reply.writeHead(503, { 'retry-after': '0' });
    };
    const csv = join(scratch(), 'run.csv');
    const run = new Program(words`record --port sim:square --rate 200 --out ${csv} --influx ${server.url}`);
    await run.says(/takes nothing \(HTTP 503\).* waits in .*run\.spool until it does/);
    await run.says(/takes lines again/);
    expect(await run.end()).toBe(0);
    // The three before it, too: the server may have forgotten them.
    const taken = server.posts.filter((_, n) => n >= 6).flatMap(({ lines }) => lines);
    expect(withoutHost(taken).map((line) => line.split(' ').at(-1))).toEqual(
      expected(csv, 'x').map((line) => line.split(' ').at(-1)),
    );
    expect(warningsOf(csv)).toEqual([]);
    expect(existsSync(csv.replace(/csv$/, 'spool'))).toBe(false);
  });

  it('is means that any database can keep where nobody answers at first; the rest waits for push', async () => {
    const csv = join(scratch(), 'run.csv');
    const url = `http://127.0.0.1:${await freePort()}`;
    const run = new Program(words`record --port sim:square --out ${csv} --influx ${url}`);
    await until(() => existsSync(csv) && rowsOf(csv).length > 100);
    expect(await run.end()).toBe(0);
    expect(run.said).toMatch(
      /does not answer \(ECONNREFUSED\), so that it is not known .*: means of 10 ms are written/,
    );
    const [warning, ...others] = warningsOf(csv);
    const spool = csv.replace(/csv$/, 'spool');
    expect([warning!.code, others]).toEqual(['influx-unsent', []]);
    expect(warning!.message).toContain(`powerlog push ${spool} --influx ${url}`);
    const server = await TakingServer.open();
    const pushed = new Program(words`push ${spool} --influx ${server.url}`);
    expect(await pushed.ended).toBe(0);
    const lines = linesIn(server);
    expect(warning!.message).toContain(`${lines.length} lines did not arrive`);
    expect(server.posts[0]!.query.get('precision')).toBe('ms');
    expect(new Set(lines.map((line) => line.split(' ').at(-1))).size).toBe(lines.length);
  });

  it('is lost from the oldest on where the spool is full, counted and told', async () => {
    const csv = join(scratch(), 'run.csv');
    const url = `http://127.0.0.1:${await freePort()}/?precision=ns`;
    const run = new Program(
      words`record --port sim:train --columns all --out ${csv} --influx ${url} --spool-limit 500kB`,
    );
    await run.says(/has reached --spool-limit: the oldest/);
    expect(await run.end()).toBe(0);
    const [unsent, lost] = warningsOf(csv);
    expect([unsent!.code, lost!.code]).toEqual(['influx-unsent', 'influx-lost']);
    const count = (text: string) => Number(/[\d,]+(?= lines)/.exec(text)![0].replaceAll(',', ''));
    expect(count(unsent!.message) + count(lost!.message)).toBe(rowsOf(csv).length);
    const server = await TakingServer.open();
    const pushed = new Program(words`push ${csv.replace(/csv$/, 'spool')} --influx ${server.url}`);
    expect(await pushed.ended).toBe(0);
    const stamps = linesIn(server).map((line) => line.split(' ').at(-1));
    const all = expected(csv, 'x').map((line) => line.split(' ').at(-1));
    expect(stamps).toEqual(all.slice(all.length - stamps.length));
    expect(stamps.length).toBe(count(unsent!.message));
  });

  it('changes nothing about a command, and waits in the user’s state folder where no file is kept', async () => {
    const state = scratch();
    const url = `http://127.0.0.1:${await freePort()}`;
    const ran = new Program(words`exec --port sim:square --baseline 0 --influx ${url} -- sh -c ${'exit 3'}`, {
      XDG_STATE_HOME: state,
    });
    expect(await ran.ended).toBe(3);
    const [, spool] = /powerlog push (\S+\.spool) --influx/.exec(ran.said) ?? [];
    expect(spool).toMatch(new RegExp(`^${state}/powerlog/`));
    expect(existsSync(spool!)).toBe(true);
  });

  it('may be sent to two boards’ series at once', async () => {
    const server = await TakingServer.open();
    const csv = join(scratch(), 'run.csv');
    const run = new Program(
      words`record --port ${'sim:square,name=desk'} --port ${'sim:idle,name=desk'} --rate 100 --out ${csv} --influx ${server.url} --quiet`,
    );
    const boards = () => new Set(linesIn(server).map((line) => /board=([^,]*)/.exec(line)![1]));
    await until(() => boards().size > 1);
    expect(await run.end()).toBe(0);
    expect(boards().size).toBe(2);
    expect(boards().has('desk')).toBe(true);
  });
});

describe('a wrong command line', () => {
  it.each([
    ['--influx ftp://x', /begins with http/],
    ['--influx localhost:8086', /not how lines are written/],
    ['--influx http://u:p@x', /password on the command line is seen/],
    ['--influx http://x/?token=abc', /password on the command line is seen/],
    ['--influx http://x/?precision=s', /neither ns nor ms/],
    ['--influx-rate 50', /give --influx URL too/],
    ['--tag a=b', /give --influx URL too/],
    ['--influx http://127.0.0.1:1 --tag board=x', /powerlog's own/],
    ['--influx http://127.0.0.1:1 --tag a', /is not a tag/],
    ['--influx http://127.0.0.1:1 --tag run=z\\', /the tag run holds a backslash or a control character/],
    ['--influx http://127.0.0.1:1 --tag run=a\nb', /the tag run holds a backslash or a control character/],
    ['--influx http://127.0.0.1:1 --tag a=1 --tag a=2', /given twice/],
    ['--influx http://127.0.0.1:1 --influx-token-file /nowhere', /cannot be read: there is no such file/],
    ['--influx http://127.0.0.1:1/?precision=ms --influx-rate 2000', /more than the 1000 stamps a second/],
    ['--influx http://127.0.0.1:1 --spool-limit 5', /is not a size/],
  ])('%s is code 2, before anything is measured', (options, message) => {
    const csv = join(scratch(), 'run.csv');
    const { code, err } = powerlog(words`record --port sim --out ${csv} ${options.split(' ')}`);
    expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    expect(err).not.toContain('abc');
    expect(existsSync(csv)).toBe(false);
  });

  it('of push names what it lacks', () => {
    expect(powerlog(words`push x.plog`)).toMatchObject({ code: 2, err: expect.stringContaining('--influx') });
  });
});
