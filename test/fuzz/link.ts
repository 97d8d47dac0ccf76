import { boardFor } from '#powerlog/board/catalogue.js';
import { makeFrameCheck } from '#powerlog/board/check.js';
import { powerSensor3Commands } from '#powerlog/board/powersensor3/powersensor3.js';
import { driveBlocking } from '#powerlog/link/drive.js';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';
import type { Identified } from '#powerlog/link/identity/identified.js';
import { SampleRing } from '#powerlog/link/ring.js';
import { Sampler } from '#powerlog/link/sampler.js';
import { gone, type Wire } from '#powerlog/link/wire.js';
import type { Random } from './random.js';
import { must, type Target } from './target.js';

const benchlab = boardFor('benchlab')!;

const { frameBytes } = benchlab;

/** A frame that is plausible and says its number: in both EPS voltages, 11 … 13 V. */
function numberedFrame(number: number): Buffer {
  const frame = Buffer.alloc(frameBytes);
  benchlab.rails.forEach((rail, n) => {
    const digit = n === 0 ? number % 1000 : n === 1 ? Math.floor(number / 1000) % 1000 : 0;
    const mv = n < 2 ? 11_500 + digit : rail.nominalMv;
    frame.writeInt16LE(mv, benchlab.fields[rail.voltage]!.offset);
    frame.writeInt32LE(1000, benchlab.fields[rail.current]!.offset);
    frame.writeInt32LE(mv, benchlab.fields[rail.power]!.offset);
  });
  frame.writeUInt16LE(3300, benchlab.fields[benchlab.ownSupply!]!.offset);
  return frame;
}

const numberOf = (frame: Buffer): number =>
  frame.readInt16LE(48) - 11_500 + 1000 * (frame.readInt16LE(60) - 11_500);

const isPlausible = makeFrameCheck(benchlab);

const frames = Array.from({ length: 200 }, (_, n) => numberedFrame(n));

/**
 * A board at the end of a wire in a time of their own: it answers in order, about 1 ms after each question, and what it
 * answers goes wrong at random. What belongs to one answer comes within 0.2 ms.
 */
class BadBoard implements Wire {
  nowMs = 0;
  asked = 0;
  readonly sent: number[] = [];
  #busyUntilMs = 0;
  #surplus = false;
  #coming: { readonly atMs: number; readonly bytes: Buffer }[] = [];

  constructor(
    readonly random: Random,
    readonly badness: number,
    readonly otherReplies: ReadonlyMap<number, Buffer>,
  ) {}

  write(bytes: Uint8Array): number {
    if (this.random.chance(this.badness / 100)) return gone;
    for (const byte of bytes) this.#answer(byte);
    return bytes.length;
  }

  listen(): number {
    throw new Error('nobody listens here');
  }

  read(into: Buffer, length: number, deadlineMs: number): number {
    const untilMs = this.nowMs + deadlineMs;
    let have = 0;
    while (have < length) {
      const next = this.#coming[0];
      if (!next || next.atMs > untilMs) {
        this.nowMs = untilMs;
        break;
      }
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#coming.shift();
      have += next.bytes.copy(into, have);
    }
    this.nowMs += 0.01;
    return have;
  }

  drain(quietMs: number, into?: Buffer): number {
    let total = 0;
    for (let quietFromMs = this.nowMs; ; ) {
      const next = this.#coming[0];
      if (!next || next.atMs > quietFromMs + quietMs) {
        this.nowMs = quietFromMs + quietMs;
        return total;
      }
      this.#coming.shift();
      if (into) next.bytes.copy(into, total);
      total += next.bytes.length;
      quietFromMs = Math.max(this.nowMs, next.atMs);
    }
  }

  sleep(ms: number): number {
    this.nowMs += ms;
    return 0;
  }

  #answer(request: number): void {
    const { random } = this;
    let reply = this.otherReplies.get(request);
    if (request === benchlab.commands.sensors.request[0]) {
      this.sent.push(this.asked);
      reply = frames[this.asked++ % frames.length];
    }
    if (!reply) throw new Error(`byte ${request} was sent`);
    let delayMs = 0.9 + random.below(200) / 1000;
    // Bytes too many, and just as many missing from the next reply, are two replies for all that anybody can tell.
    const mayFail = !this.#surplus || request !== benchlab.commands.sensors.request[0];
    this.#surplus = false;
    if (mayFail && random.chance(this.badness)) {
      const at = random.below(reply.length + 1);
      const some = random.bytes(1 + random.below(20));
      const changes: readonly (() => Buffer)[] = [
        () => Buffer.alloc(0),
        () => reply!.subarray(0, at),
        () => Buffer.concat([reply!.subarray(0, at), reply!.subarray(at + 1 + random.below(3))]),
        () => Buffer.concat([reply!.subarray(0, at), some, reply!.subarray(at)]),
        () => Buffer.concat([some, reply!]),
        () => Buffer.concat([reply!, some]),
        () => Buffer.concat([reply!, reply!]),
        () => random.pick([...this.otherReplies.values()]),
        () => {
          delayMs += random.below(900);
          return reply!;
        },
      ];
      const meantBytes = reply.length;
      reply = Buffer.from(random.pick(changes)());
      this.#surplus = reply.length > meantBytes;
    }
    this.#busyUntilMs = Math.max(this.nowMs, this.#busyUntilMs) + delayMs;
    // Often just behind a whole reply, so that what follows looks like the next answer.
    const cut = random.chance(0.4) ? random.pick([frameBytes, random.below(reply.length + 1)]) : reply.length;
    for (const bytes of [reply.subarray(0, cut), reply.subarray(cut)])
      if (bytes.length > 0) {
        this.#coming.push({ atMs: this.#busyUntilMs, bytes: Buffer.from(bytes) });
        this.#busyUntilMs += random.below(200) / 1000;
      }
  }
}

const { welcome, name, uid, vendor, calibration } = benchlab.commands;
const goodReplies = new Map([
  [welcome.request[0]!, Buffer.concat([Buffer.from('BENCHLAB')], 32)],
  [name!.request[0]!, Buffer.alloc(32, 'n')],
  [uid.request[0]!, Buffer.alloc(12, 7)],
  [vendor.request[0]!, Buffer.from([0xee, 0x10, benchlab.firmware])],
  [calibration!.request[0]!, Buffer.alloc(calibration!.replyBytes, 3)],
]);

/** Whatever happens to the bytes, a row is the answer to its own question, or there is no row. */
const sampling: Target = {
  name: 'replies on the wire',
  weight: 6,
  tryOne(random) {
    const board = new BadBoard(random, random.pick([0, 0.05, 0.3]), goodReplies);
    const identified = identifyBlocking('port', new BadBoard(random, 0, goodReplies)) as Identified;
    const ring = new SampleRing(SampleRing.allocate(64, frameBytes), frameBytes);
    const endNs = 60e6;
    let faults = 0;
    const sampler = new Sampler(identified, ring, {
      clock: () => Math.round(board.nowMs * 1e6),
      endNs,
      ...(random.chance(0.3) ? { rateHz: 300 } : {}),
      onEvent: () => faults++,
    });
    driveBlocking(sampler, board);
    const { outcome } = sampler;
    const block = ring.peek(64, ring.head);
    let last = -1;
    for (let row = 0; row < (block?.count ?? 0); row++) {
      const frame = Buffer.from(block!.frames.slice(row * frameBytes, (row + 1) * frameBytes));
      // Kept with a warning, since for all that can be known the board said so.
      if (faults > 0 && !isPlausible(new DataView(frame.buffer, frame.byteOffset, frameBytes), 0)) continue;
      const number = numberOf(frame);
      must(
        number > last && frame.equals(frames[number % frames.length]!),
        `row ${row} is no frame, or twice`,
      );
      must(block!.replyNs[row]! >= block!.requestNs[row]!, 'a reply before its request');
      last = number;
    }
    const missing = board.asked - (block?.count ?? 0);
    must(
      missing === 0 || faults > 0 || outcome === 'lost',
      `${missing} frames are missing and nothing is told`,
    );
    return missing === 0;
  },
};

/** A board is identified, or refused; whatever it says. */
const handshakes: Target = {
  name: 'handshakes',
  weight: 5,
  tryOne(random) {
    // What seems mute may be a PowerSensor3, and is asked for that: no command of a BENCHLAB, which stays silent.
    const replies = new Map([...goodReplies, [powerSensor3Commands.version.request[0]!, Buffer.alloc(0)]]);
    for (const [byte, reply] of goodReplies)
      if (random.chance(0.3))
        replies.set(
          byte,
          random.chance(0.5) ? Buffer.from(random.bytes(random.below(40))) : Buffer.concat([reply, reply]),
        );
    const { identity } = identifyBlocking('port', new BadBoard(random, random.pick([0, 0.2]), replies));
    must(/^[0-9A-F]{24}$/.test(identity.uid ?? ''), `the UID ${identity.uid}`);
    must(/^\P{Cc}{0,32}$/u.test(identity.name ?? ''), `the name ${identity.name}`);
    return true;
  },
};

export const linkTargets: readonly Target[] = [sampling, handshakes];
