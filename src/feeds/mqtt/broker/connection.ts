import { connect as connectPlain } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import MqttClient from 'mqtt/lib/client';
import { writeToStream } from 'mqtt-packet';
import { backOff } from '../../sending/limits.js';
import { Nap } from '../../sending/nap.js';
import type { Trouble } from '../../sending/trouble.js';
import type { MqttLogin, MqttTls } from './login.js';
import type { MqttTarget } from './target.js';
import { connectTrouble, isOtherVersion, type Published, publishTrouble } from './trouble.js';

interface ConnectionOptions {
  readonly target: MqttTarget;
  readonly login: MqttLogin | null;
  readonly tls: MqttTls;
  readonly clientId: string;
  /** The topic that the broker says `offline` in when we are gone without a word; null for none. */
  readonly will: string | null;
  /** All that is retained is there. @param most so many messages may be under way */
  readonly onUp: (most: number) => void;
  readonly onDown: () => void;
  readonly onTrouble: (trouble: Trouble) => void;
}

// Otherwise the first packet has 65,536 buffers made, one for each number of two bytes, which cost as much as a second of sampling.
writeToStream.cacheNumbers = false;

type Quality = 0 | 1;

const gone = 'offline';
const keepaliveS = 15;
const connectMs = 10_000;
/** So long a broker has for the last word. */
const farewellMs = 2000;
/** A broker may take fewer at a time; one place stays free for what is retained. */
const mostUnderWay = 16;

/** A connection to a broker that is made again and again, until it is closed. It holds no message back: that is the spool's. */
export class BrokerConnection {
  readonly #options: ConnectionOptions;
  readonly #retained = new Map<string, { readonly payload: string; readonly qos: Quality }>();
  readonly #ended: Promise<void>;
  readonly #pending = new Set<() => void>();
  #client: MqttClient | null = null;
  #version: 4 | 5 = 5;
  #pauseMs = backOff.firstMs;
  #isStopped = false;
  readonly #nap = new Nap();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Tries now, where it waits to try again. */
  wake(): void {
    this.#nap.wake();
  }

  /** What who comes later shall see: said now, and again whenever the broker comes back, which may have forgotten it. */
  retain(topic: string, payload: string, qos: Quality): void {
    this.#retained.set(topic, { payload, qos });
    void this.#send(topic, payload, { qos, retain: true });
  }

  publish(topic: string, payload: Uint8Array): Promise<Published> {
    return this.#send(topic, Buffer.from(payload), { qos: 1, retain: false });
  }

  /** Says that it goes, where there is somebody to hear it. */
  async close(): Promise<void> {
    this.#isStopped = true;
    this.#nap.wake();
    const client = this.#client;
    const { will } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const farewell = async (): Promise<void> => {
      if (will !== null) await this.#send(will, gone, { qos: 1, retain: true });
      await client?.endAsync();
    };
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, farewellMs);
    });
    await Promise.race([farewell().catch(() => {}), tooLong]);
    clearTimeout(timer);
    client?.end(true);
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { onTrouble, onDown, login } = this.#options;
    while (!this.#isStopped) {
      const failure = await this.#attempt();
      onDown();
      if (this.#isStopped) return;
      if (this.#version === 5 && isOtherVersion(failure)) {
        this.#version = 4;
        continue;
      }
      onTrouble(connectTrouble(failure, login !== null));
      await this.#nap.take(this.#pauseMs * backOff.jitter());
      this.#pauseMs = Math.min(2 * this.#pauseMs, backOff.longestMs);
    }
  }

  /** Resolves with why the connection is over. */
  async #attempt(): Promise<unknown> {
    const { login, clientId, will } = this.#options;
    let failure: unknown;
    const client = new MqttClient(() => this.#open(), {
      ...{ clientId, clean: true, protocolVersion: this.#version, protocolId: 'MQTT' },
      ...(login && { username: login.user, ...(login.password !== null && { password: login.password }) }),
      ...(will !== null && { will: { topic: will, payload: Buffer.from(gone), qos: 1, retain: true } }),
      // Each attempt is a client of its own, so that it keeps nothing that the spool keeps.
      ...{ reconnectPeriod: 0, connectTimeout: connectMs, queueQoSZero: false },
      // What is sent all the time would put off the question whether anybody is there.
      ...{ keepalive: keepaliveS, reschedulePings: false, timerVariant: 'native' },
    });
    this.#client = client;
    client.on('error', (error) => {
      failure ??= error;
    });
    client.on('disconnect', ({ reasonCode }) => {
      failure ??= Object.assign(new Error(`the broker ended it with code ${reasonCode}`), {
        code: reasonCode,
      });
    });
    client.on('connect', ({ properties }) => void this.#greet(client, properties?.receiveMaximum));
    await new Promise<void>((resolve) => {
      client.on('close', () => resolve());
    });
    this.#client = null;
    client.end(true);
    for (const settle of [...this.#pending]) settle();
    return failure ?? new Error('the connection was closed');
  }

  #open(): ReturnType<typeof connectPlain> {
    const { target, tls } = this.#options;
    const { host, port, isSecure } = target;
    return isSecure
      ? connectSecure({ ...tls, host, port, servername: nameFor(host) })
      : connectPlain(port, host);
  }

  /** One by one: some brokers take few at a time. */
  async #greet(client: MqttClient, receiveMaximum = mostUnderWay + 1): Promise<void> {
    for (const topic of [...this.#retained.keys()]) {
      const { payload, qos } = this.#retained.get(topic)!;
      await this.#send(topic, payload, { qos, retain: true });
    }
    if (this.#client !== client || !client.connected) return;
    this.#pauseMs = backOff.firstMs;
    this.#options.onUp(Math.max(1, Math.min(mostUnderWay, receiveMaximum - 1)));
  }

  #send(
    topic: string,
    payload: string | Buffer,
    options: { qos: Quality; retain: boolean },
  ): Promise<Published> {
    const client = this.#client;
    if (!client?.connected) return Promise.resolve({ kind: 'gone' });
    return new Promise((resolve) => {
      const settle = (): void => done({ kind: 'gone' });
      const done = (published: Published): void => {
        this.#pending.delete(settle);
        resolve(published);
      };
      this.#pending.add(settle);
      client.publish(topic, payload, options, (error) =>
        done(error ? publishTrouble(error) : { kind: 'taken' }),
      );
    });
  }
}

/** A certificate is for a name; an address has none to be asked by. */
const nameFor = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);
