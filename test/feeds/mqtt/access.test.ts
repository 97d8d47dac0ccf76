import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import mqttPacket from 'mqtt-packet';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { powerlog, words } from '../../cli/run.js';
import { mosquitto, needs } from '../../parts.js';
import { Program, until } from '../program.js';
import { Broker, Listener, makeCertificates, spooled } from './broker.js';

const newOut = (): string => join(scratch(), 'run.csv');
const record = (out: string, ...feed: readonly string[]) =>
  words`record --port sim --quiet --out ${out} --mqtt-interval 50ms ${feed}`;

function warningsOf(out: string): { code: string; message: string }[] {
  const { warnings } = JSON.parse(readFileSync(out.replace('.csv', '.summary.json'), 'utf8'));
  return warnings.filter(({ code }: { code: string }) => code.startsWith('mqtt'));
}

describe('a broker that asks who it is', needs(mosquitto), () => {
  const login = { user: 'bench', password: 'two words:and more' };

  it('refuses a wrong password; that is said, the recording goes on, and the right one sends what waited', async () => {
    const broker = await Broker.open({ login });
    const listener = await Listener.open(broker.url, { username: login.user, password: login.password });
    const out = newOut();
    const POWERLOG_MQTT_PASSWORD = 'hunter2';
    const recording = new Program(record(out, '--mqtt', broker.url.replace('//', '//bench@')), {
      POWERLOG_MQTT_PASSWORD,
    });
    await recording.says(
      /refuses all \(.*[Nn]ot authori[sz]ed\): a good password comes from POWERLOG_MQTT_PASSWORD/,
    );
    const spool = out.replace('.csv', '.mqtt-spool');
    await until(() => spooled(spool).includes('/power'));
    expect(await recording.end()).toBe(0);
    const [unsent] = warningsOf(out);
    expect(unsent).toMatchObject({ code: 'mqtt-unsent' });
    expect(unsent!.message).toContain(`powerlog push ${spool} --mqtt ${broker.url}`);
    expect(recording.said + JSON.stringify(unsent)).not.toContain(POWERLOG_MQTT_PASSWORD);
    expect(listener.heard).toEqual([]);

    const file = join(scratch(), 'login');
    writeFileSync(file, `${login.user}:${login.password}\n`);
    const { code, err } = powerlog(words`push ${spool} --mqtt ${broker.url} --mqtt-password-file ${file}`);
    expect(code, err).toBe(0);
    await listener.hears(
      'power',
      (text) => JSON.parse(text).seq === Number(/^\d+/.exec(unsent!.message)![0]),
    );
    expect(listener.objects('power').map(({ seq }) => seq)).toEqual(
      listener.objects('power').map((_, n) => n + 1),
    );
  });

  it('and lets it write elsewhere only: its reason is said, and nothing is taken for sent', async () => {
    const access = ['user bench', 'topic readwrite other/#'];
    const broker = await Broker.open({ login, access });
    const out = newOut();
    const url = broker.url.replace('//', '//bench@');
    const recording = new Program(record(out, '--mqtt', url), { POWERLOG_MQTT_PASSWORD: login.password });
    await recording.says(/refuses all \(.*\): its access list should let this user write there/);
    await until(() => spooled(out.replace('.csv', '.mqtt-spool')).includes('/power'));
    expect(await recording.end()).toBe(0);
    expect(warningsOf(out)).toMatchObject([{ code: 'mqtt-unsent' }]);
  });
});

describe('a broker with TLS', needs(mosquitto), () => {
  it('is believed only with who signed it, and shown a certificate where it wants one', async () => {
    const { server, client } = makeCertificates();
    const broker = await Broker.open({ tls: server });
    const listener = await Listener.open(broker.url, {
      ca: readFileSync(client.ca),
      cert: readFileSync(client.cert),
      key: readFileSync(client.key),
    });
    const saying = async (text: RegExp, ...feed: readonly string[]) => {
      const recording = new Program(record(newOut(), '--mqtt', broker.url, ...feed));
      await recording.says(text);
      expect(await recording.end()).toBe(0);
    };
    await saying(/refuses all \(.*CERT.*\): --mqtt-ca FILE should name who signed/);
    await saying(/refuses all \(.*\): does it want a certificate\? --mqtt-cert/, '--mqtt-ca', server.ca);
    expect(listener.heard).toEqual([]);
    const out = newOut();
    const files = ['--mqtt-ca', server.ca, '--mqtt-cert', client.cert, '--mqtt-key', client.key];
    const recording = new Program(record(out, '--mqtt', broker.url, ...files));
    await listener.hears('power', (text) => JSON.parse(text).seq >= 3);
    expect(await recording.end()).toBe(0);
    expect(warningsOf(out)).toEqual([]);
  });
});

it('a broker that speaks MQTT 3.1.1 alone is spoken to in that', async () => {
  const versions: number[] = [];
  let published = 0;
  const server = createServer((socket) => {
    let protocolVersion = 4;
    const parser = mqttPacket.parser({ protocolVersion: 5 });
    const say = (packet: mqttPacket.Packet) => socket.write(mqttPacket.generate(packet, { protocolVersion }));
    parser.on('packet', (packet) => {
      if (packet.cmd === 'connect') {
        versions.push(packet.protocolVersion!);
        protocolVersion = 4;
        say({ cmd: 'connack', returnCode: packet.protocolVersion === 4 ? 0 : 1, sessionPresent: false });
        if (packet.protocolVersion !== 4) socket.end();
      }
      if (packet.cmd === 'publish') {
        published++;
        if (packet.qos === 1) say({ cmd: 'puback', messageId: packet.messageId! });
      }
      if (packet.cmd === 'disconnect') socket.end();
    });
    socket.on('data', (bytes) => parser.parse(bytes));
    socket.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  const out = newOut();
  const recording = new Program(record(out, '--mqtt', `mqtt://127.0.0.1:${port}`));
  await until(() => published > 3);
  expect(await recording.end(), recording.said).toBe(0);
  expect(versions.slice(0, 2)).toEqual([5, 4]);
  expect(warningsOf(out)).toEqual([]);
});

describe('what is wrong with the options is said before anything is measured', () => {
  /** What begins with `file:` becomes a file that holds the rest. */
  const word = (text: string): string => {
    if (!text.startsWith('file:')) return text;
    const path = join(scratch(), 'file');
    writeFileSync(path, text.slice('file:'.length));
    return path;
  };
  it.each<[string, string[], RegExp]>([
    ['a password', ['--mqtt', 'mqtt://a:hunter2@b'], /seen by everybody.*POWERLOG_MQTT_PASSWORD/],
    ['a password in what is no URL', ['--mqtt', 'mqtt://a:hunter2@b:x'], /'…@b:x' is not a URL/],
    ['another protocol', ['--mqtt', 'ws://broker.lab'], /begins with mqtt:\/\//],
    ['no broker', ['--mqtt', 'mqtt:///lab'], /names no broker/],
    ['a wildcard', ['--mqtt', 'mqtt://b/lab/+'], /'lab\/\+' is no topic/],
    ['an unknown query', ['--mqtt', 'mqtt://b?qos=2'], /'qos' in the broker's URL means nothing/],
    ['no broker at all', ['--mqtt-interval', '1s'], /--mqtt-interval is about a broker: give --mqtt URL/],
    ['an interval', ['--mqtt', 'mqtt://b', '--mqtt-interval', '1ms'], /from 10ms to 1h/],
    ['files of TLS without', ['--mqtt', 'mqtt://b', '--mqtt-ca', 'file:'], /begin with mqtts:/],
    ['no certificate', ['--mqtt', 'mqtts://b', '--mqtt-ca', 'file:hunter2'], /holds no certificate/],
    ['a key alone', ['--mqtt', 'mqtts://b', '--mqtt-key', 'file:hunter2'], /give --mqtt-cert FILE too/],
    ['no key', ['--mqtt', 'mqtts://b', '--mqtt-cert', 'file:hunter2'], /not a certificate and its key/],
    [
      'no file',
      ['--mqtt', 'mqtt://b', '--mqtt-password-file', '/no/such'],
      /cannot be read: there is no such file/,
    ],
    ['an empty file', ['--mqtt', 'mqtt://b', '--mqtt-password-file', 'file:\n'], /is empty/],
    ['no user', ['--mqtt', 'mqtt://b', '--mqtt-password-file', 'file:hunter2'], /names no user/],
  ])('%s', (_, feed, text) => {
    const { code, err } = powerlog(words`record --port sim --out ${newOut()} ${feed.map(word)}`);
    expect(err).toMatch(text);
    expect(err).not.toContain('hunter2');
    expect(code).toBe(2);
  });
});
