import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratch } from '../capture/samples.js';
import { powerlog } from '../cli/run.js';
import { made } from './dashboards.js';

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => statSync(join(folder, file)).isFile())
    .sort();
const read = (folder: string, file: string): string => readFileSync(join(folder, file), 'utf8');
const sources = 'provisioning/datasources/powerlog.yaml';
const grafana = (out: string, ...options: readonly string[]) =>
  powerlog(['grafana', '--out', out, ...options]);

describe('powerlog grafana', () => {
  it('writes what lies in the repository', () => {
    const out = join(scratch(), 'new');
    expect(grafana(out, '--at', '/etc/grafana')).toMatchObject({ code: 0, out: '' });
    expect(filesIn(out)).toEqual(filesIn(made));
    for (const file of filesIn(made))
      expect(read(out, file) === read(made, file), `${file}: npm run grafana makes it anew`).toBe(true);
  });

  it('puts the address of a database in, as record --influx has it', () => {
    const out = scratch();
    const url = 'http://db.lab:8086/influx$A/api/v2/write?bucket=watts&org=lab';
    expect(grafana(out, '--influx', url).code).toBe(0);
    expect(read(out, sources)).toContain('url: "http://db.lab:8086/influx$$A"');
    expect(read(out, sources)).toContain('dbName: "watts"');
    expect(read(out, 'provisioning/dashboards/powerlog.yaml')).toContain(
      `path: ${JSON.stringify(`${resolve(out)}/dashboards`)}`,
    );
    expect(readdirSync(join(out, 'dashboards'))).toEqual(['influxdb-fleet.json', 'influxdb-now.json']);
  });

  it('names each source so that its dashboards find it', () => {
    const out = scratch();
    expect(grafana(out, '--prometheus', 'https://prom', '--victoriametrics', 'http://vm:8428/').code).toBe(0);
    const text = read(out, sources);
    for (const [kind, url] of [
      ['prometheus', 'https://prom'],
      ['victoriametrics', 'http://vm:8428'],
    ]) {
      const dashboard = JSON.parse(read(out, `dashboards/${kind}-now.json`));
      const [source] = dashboard.templating.list;
      expect(source).toMatchObject({ type: 'datasource', query: 'prometheus' });
      expect(text).toContain(
        `name: "${source.current.text}"\n    uid: "${source.current.value}"\n    type: "prometheus"\n    access: "proxy"\n    url: "${url}"\n`,
      );
    }
    expect(text).not.toContain('influxdb"');
  });

  it('overwrites nothing unless it is forced, and then writes nothing at all', () => {
    const out = scratch();
    mkdirSync(join(out, 'dashboards'));
    writeFileSync(join(out, 'dashboards/influxdb-now.json'), 'mine');
    const refused = grafana(out, '--influx', 'http://db');
    expect(refused.code).toBe(5);
    expect(refused.err).toContain(
      'influxdb-now.json exists; choose another name, or overwrite it with --force',
    );
    expect(filesIn(out)).toEqual(['dashboards/influxdb-now.json']);
    expect(read(out, 'dashboards/influxdb-now.json')).toBe('mine');
    expect(grafana(out, '--influx', 'http://db', '--force').code).toBe(0);
    expect(JSON.parse(read(out, 'dashboards/influxdb-now.json')).uid).toBe('powerlog-influxdb-now');
  });

  it('refuses an address that is none, or that holds a secret', () => {
    const out = join(scratch(), 'none');
    for (const [url, why] of [
      ['db:8086', 'told by its address'],
      ['udp://db:8089', 'told by its address'],
      ['http://me:secret@db', 'no name, password or token'],
      ['http://db/write?u=me&p=secret', 'no name, password or token'],
    ]) {
      const { code, err } = grafana(out, '--influx', url!);
      expect(code).toBe(2);
      expect(err).toContain(why);
      expect(existsSync(out)).toBe(false);
    }
  });

  it('refuses what Grafana would not ask with', () => {
    const out = join(scratch(), 'none');
    for (const [option, url, why] of [
      ['--prometheus', 'http://prom:9090?a=b', 'nothing behind a ?'],
      ['--prometheus', 'http://prom:9090/#a', 'nothing behind a #'],
      ['--influx', 'http://db:8086/write?db=lab#2', 'nothing behind a #'],
    ]) {
      expect(grafana(out, option!, url!)).toMatchObject({ code: 2, err: expect.stringContaining(why!) });
      expect(existsSync(out)).toBe(false);
    }
  });

  it('writes no folder by the name that is standard output elsewhere', () => {
    expect(grafana('-')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('--out is a folder'),
    });
    expect(existsSync('-')).toBe(false);
  });

  it('says it where a folder cannot be made', () => {
    const out = join(scratch(), 'file');
    writeFileSync(out, '');
    expect(grafana(out)).toMatchObject({ code: 5, err: expect.stringContaining('a file has that name') });
  });
});
