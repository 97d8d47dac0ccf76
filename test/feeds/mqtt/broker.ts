import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import { onTestFinished } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { freePort } from '../../free-port.js';
import { until } from '../program.js';

export interface BrokerOptions {
  /** Asks everybody for this user's password. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Lines of an access list. */
  readonly access?: readonly string[];
  readonly tls?: Certificates;
}

/** Mosquitto, for one test. It keeps what it has on every change, as far as it gets to that. */
export class Broker {
  readonly url: string;
  readonly folder = scratch();
  #child: ChildProcess | undefined;
  #said = '';

  private constructor(
    readonly port: number,
    options: BrokerOptions,
  ) {
    this.url = `mqtt${options.tls ? 's' : ''}://127.0.0.1:${port}`;
    const path = (name: string) => join(this.folder, name);
    const { login, access, tls } = options;
    if (login) {
      execFileSync('mosquitto_passwd', ['-b', '-c', path('passwords'), login.user, login.password]);
    }
    if (access) writeFileSync(path('access'), `${access.join('\n')}\n`);
    mkdirSync(path('kept'));
    const lines = [
      `listener ${port} 127.0.0.1`,
      `user ${userInfo().username}`,
      ...['persistence true', `persistence_location ${path('kept')}/`],
      ...['autosave_interval 1', 'autosave_on_changes true'],
      // However late a listener is. (0, for no limit, has mosquitto cut off who may not write.)
      'max_queued_messages 100000',
      ...(login ? ['allow_anonymous false', `password_file ${path('passwords')}`] : ['allow_anonymous true']),
      ...(access ? [`acl_file ${path('access')}`] : []),
      ...(tls
        ? [`cafile ${tls.ca}`, `certfile ${tls.cert}`, `keyfile ${tls.key}`, 'require_certificate true']
        : []),
    ];
    writeFileSync(path('mosquitto.conf'), `${lines.join('\n')}\n`);
  }

  /** @param isRunning false where it is to be away at first */
  static async open(options: BrokerOptions = {}, isRunning = true): Promise<Broker> {
    const broker = new Broker(await freePort(), options);
    onTestFinished(() => broker.stop('SIGKILL'));
    if (isRunning) await broker.start();
    return broker;
  }

  /** With what it kept. */
  async start(): Promise<void> {
    const child = spawn('/usr/sbin/mosquitto', ['-c', join(this.folder, 'mosquitto.conf')]);
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => {
        this.#said = (this.#said + piece.toString()).slice(-4000);
      });
    for (;;) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended: ${this.#said}`);
      if (await this.#isListening()) return;
      await sleep(20);
    }
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }

  #isListening(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connectTcp(this.port, '127.0.0.1');
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }
}

/** What a listener says to hear it itself. */
const echo = 'test-echo/';

export interface Heard {
  readonly topic: string;
  readonly text: string;
  readonly isRetained: boolean;
}

/** Somebody who listens to all of it, and whom the broker keeps messages for while he is away. */
export class Listener {
  readonly heard: Heard[] = [];
  readonly #client: mqtt.MqttClient;
  readonly #echoes = new Set<string>();

  private constructor(client: mqtt.MqttClient) {
    this.#client = client;
    client.on('message', (topic, payload, { retain }) => {
      if (topic.startsWith(echo)) this.#echoes.add(topic);
      else this.heard.push({ topic, text: payload.toString(), isRetained: retain });
    });
  }

  static async open(url: string, options: mqtt.IClientOptions = {}): Promise<Listener> {
    const client = mqtt.connect(url, {
      ...{ clientId: `listener-${process.pid}-${Date.now()}`, clean: false, reconnectPeriod: 50 },
      ...options,
    });
    const listener = new Listener(client);
    client.on('error', () => {});
    onTestFinished(() => void client.end(true));
    await new Promise<void>((resolve) => {
      client.once('connect', () => resolve());
    });
    await client.subscribeAsync('#', { qos: 1 });
    return listener;
  }

  /** What a topic that ends so has told, from the first on. */
  all(ending: string): string[] {
    return this.heard.filter(({ topic }) => topic.endsWith(`/${ending}`)).map(({ text }) => text);
  }

  /** The same as numbers and texts by name. */
  objects(ending: string): Record<string, number>[] {
    return this.all(ending).map((text) => JSON.parse(text) as Record<string, number>);
  }

  hears(ending: string, isSo: (text: string) => boolean): Promise<void> {
    return until(() => this.all(ending).some(isSo));
  }

  /** Until it has heard all that the broker had for it: what it says itself comes behind that. */
  async hearsAll(): Promise<void> {
    const topic = `${echo}${randomUUID()}`;
    await this.#client.publishAsync(topic, '', { qos: 1 });
    await until(() => this.#echoes.has(topic));
  }
}

/** What is in a spool's files by now. */
export const spooled = (folder: string): string =>
  existsSync(folder)
    ? readdirSync(folder)
        .map((name) => readFileSync(join(folder, name), 'latin1'))
        .join('')
    : '';

export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority, and what it signed for 127.0.0.1 and for a client: made anew by openssl. */
export function makeCertificates(): { server: Certificates; client: Certificates } {
  const folder = scratch();
  const path = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = path('ca.pem');
  openssl('req', '-x509', ...key, '-keyout', path('ca.key'), '-out', ca, '-days', '2', '-subj', '/CN=test');
  const signed = (name: string): Certificates => {
    const files = { ca, cert: path(`${name}.pem`), key: path(`${name}.key`) };
    const request = path(`${name}.csr`);
    openssl('req', ...key, '-keyout', files.key, '-out', request, '-subj', `/CN=${name}`);
    writeFileSync(path('names'), 'subjectAltName=IP:127.0.0.1\n');
    const signing = ['-CA', ca, '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', request, ...signing, '-extfile', path('names'), '-out', files.cert);
    return files;
  };
  return { server: signed('server'), client: signed('client') };
}
