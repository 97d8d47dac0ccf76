import { describe, expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import { driveBlocking } from '#powerlog/link/drive.js';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';
import type { Identified } from '#powerlog/link/identity/identified.js';
import { SampleRing } from '#powerlog/link/ring.js';
import { Sampler } from '#powerlog/link/sampler.js';
import { gone, type Wire } from '#powerlog/link/wire.js';
import { makeBoardModel } from '#powerlog/simulator/model.js';
import type { RecordingEvent } from '#powerlog/stream/event.js';

const benchlab = boardFor('benchlab')!;

/** A board on a wire whose clock is ours: what cannot be timed on a real port is timed here. */
class ScriptedWire implements Wire {
  nowNs = 0;
  requests: number[] = [];
  /** Bytes on their way: what arrives, and when. */
  private arriving: { atNs: number; bytes: Buffer }[] = [];
  private readonly model = makeBoardModel();

  constructor(
    /**
     * Of the n-th READ_SENSORS: the bytes that come, and how long after what is on its way already, since a board
     * answers one question after the other; undefined is the true reply after 1 ms.
     */
    private readonly script: (
      n: number,
      reply: Buffer,
    ) => { afterNs: number; bytes: Buffer }[] | 'gone' | undefined,
  ) {}

  get samplesAsked(): number {
    return this.requests.filter((byte) => byte === 1).length;
  }

  write(bytes: Uint8Array): number {
    const [byte = 0] = bytes;
    const n = this.samplesAsked;
    this.requests.push(byte);
    const reply = Buffer.from(this.model.reply(byte, this.nowNs)!);
    const scripted = byte === 1 ? this.script(n, reply) : undefined;
    if (scripted === 'gone') return gone;
    for (const { afterNs, bytes: coming } of scripted ?? [{ afterNs: 1e6, bytes: reply }])
      this.arriving.push({
        atNs: Math.max(this.nowNs, this.arriving.at(-1)?.atNs ?? 0) + afterNs,
        bytes: coming,
      });
    return bytes.length;
  }

  listen(): number {
    throw new Error('nobody listens here');
  }

  read(into: Buffer, length: number, deadlineMs: number): number {
    const endNs = this.nowNs + deadlineMs * 1e6;
    let have = 0;
    while (have < length) {
      const next = this.arriving[0];
      if (!next || next.atNs > endNs) {
        this.nowNs = endNs;
        return have;
      }
      this.arriving.shift();
      this.nowNs = Math.max(this.nowNs, next.atNs);
      have += next.bytes.copy(into, have);
    }
    return have;
  }

  drain(quietMs: number, into?: Buffer): number {
    let count = 0;
    let endNs = this.nowNs + quietMs * 1e6;
    while (this.arriving[0] && this.arriving[0].atNs <= endNs) {
      const { atNs, bytes } = this.arriving.shift()!;
      if (into) bytes.copy(into, count);
      count += bytes.length;
      endNs = Math.max(atNs, this.nowNs) + quietMs * 1e6;
    }
    this.nowNs = endNs;
    return count;
  }

  sleep(ms: number): number {
    this.nowNs += ms * 1e6;
    return 0;
  }
}

function run(wire: ScriptedWire, endMs: number, rateHz?: number) {
  const ring = new SampleRing(SampleRing.allocate(4096, benchlab.frameBytes), benchlab.frameBytes);
  const events: RecordingEvent[] = [];
  const identified = identifyBlocking('port', new ScriptedWire(() => undefined)) as Identified;
  const sampler = new Sampler(identified, ring, {
    clock: () => wire.nowNs,
    rateHz,
    endNs: endMs * 1e6,
    onEvent: (event) => events.push(event),
  });
  driveBlocking(sampler, wire);
  const { outcome } = sampler;
  const requestNs: number[] = [];
  for (;;) {
    const block = ring.peek(4096, ring.head);
    if (!block) break;
    requestNs.push(...block.requestNs);
    ring.release(block.count);
  }
  return { outcome, events, requestNs };
}

const kinds = (events: readonly RecordingEvent[]) =>
  events.map((event) => (event.type === 'fault' ? event.kind : event.type));

describe('the sampler', () => {
  it('throws away a leftover that looks like a reply, and the reply that follows it', () => {
    // The board repeats reply 20 after a pause, so that it lies in the input when question 21 is answered by it.
    const wire = new ScriptedWire((n, reply) =>
      n === 20
        ? [
            { afterNs: 1e6, bytes: reply },
            { afterNs: 0.05e6, bytes: reply },
          ]
        : undefined,
    );
    const { events, requestNs } = run(wire, 200);
    expect(kinds(events)).toEqual(['stray-bytes']);
    expect(requestNs.length).toBe(wire.samplesAsked - 1);
    const [event] = events;
    expect(event).toMatchObject({ bytesDropped: 2 * 216 });
  });

  it('waits longer for the real reply when the last one comes again', () => {
    const wire = new ScriptedWire((n, reply) => {
      if (n === 20)
        return [
          { afterNs: 1e6, bytes: reply },
          { afterNs: 0.05e6, bytes: reply },
        ];
      return n === 21 ? [{ afterNs: 12e6, bytes: reply }] : undefined;
    });
    const { events, requestNs } = run(wire, 200);
    expect(kinds(events)).toEqual(['stray-bytes']);
    expect(requestNs.length).toBe(wire.samplesAsked - 1);
  });

  it('believes a board that becomes quick and goes on saying the same', () => {
    const wire = new ScriptedWire((n, reply) => [{ afterNs: n < 50 ? 1e6 : 0.05e6, bytes: reply }]);
    const { events, requestNs } = run(wire, 300);
    expect(events).toEqual([]);
    expect(requestNs.length).toBe(wire.samplesAsked);
  });

  it('throws away a reply whose end comes only after it, and both replies that are in doubt', () => {
    // Two bytes too many somewhere in reply 20: its first 216 bytes are no whole reply, and two come behind them.
    const wire = new ScriptedWire((n, reply) =>
      n === 20
        ? [
            {
              afterNs: 1e6,
              bytes: Buffer.concat([reply.subarray(0, 200), Buffer.alloc(2), reply.subarray(200, 214)]),
            },
            { afterNs: 0.05e6, bytes: reply.subarray(214) },
          ]
        : undefined,
    );
    const { events, requestNs } = run(wire, 200);
    expect(kinds(events)).toEqual(['stray-bytes']);
    expect(requestNs.length).toBe(wire.samplesAsked - 2);
  });

  it('does not use a reply that a stalled host reads behind its deadline', () => {
    const wire = new ScriptedWire(() => undefined);
    const read = wire.read.bind(wire);
    wire.read = (...args) => {
      const length = read(...args);
      if (wire.samplesAsked === 21) wire.nowNs += 300e6;
      return length;
    };
    const { events, requestNs } = run(wire, 500);
    expect(kinds(events)).toEqual(['late-reply']);
    expect(events[0]).toMatchObject({ bytesDropped: 216 });
    expect(requestNs.length).toBe(wire.samplesAsked - 1);
  });

  it('covers a last sample that contradicts itself with its event', () => {
    const wire = new ScriptedWire((n, reply) => {
      if (n < 20) return undefined;
      const garbled = Buffer.from(reply);
      garbled.writeInt16LE(23_000, benchlab.fields[benchlab.rails[0]!.voltage]!.offset);
      return [{ afterNs: 1e6, bytes: garbled }];
    });
    const { events, requestNs } = run(wire, 20.5);
    expect(kinds(events)).toEqual(['implausible-frame']);
    expect((events[0] as { endNs: number }).endNs).toBeGreaterThan(requestNs.at(-1)! + 0.5e6);
    expect((events[0] as { startNs: number }).startNs).toBe(requestNs.at(-1));
  });

  it('does not take a late reply for the answer to the next question', () => {
    const wire = new ScriptedWire((n, reply) => (n === 10 ? [{ afterNs: 240e6, bytes: reply }] : undefined));
    const { events, requestNs } = run(wire, 500);
    expect(kinds(events)).toEqual(['late-reply']);
    expect(requestNs.length).toBe(wire.samplesAsked - 1);
  });

  it('asks for readings and who is there, whatever comes', () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state / 2 ** 32;
    };
    const wire = new ScriptedWire((_, reply) =>
      random() < 0.5
        ? undefined
        : Array.from({ length: 3 }, () => ({
            afterNs: random() * 300e6,
            bytes: reply.subarray(0, Math.floor(random() * 217)),
          })),
    );
    run(wire, 60_000);
    expect(new Set(wire.requests)).toEqual(new Set([0x00, 0x01, 0x0d, 0x0e]));
  });

  it('gives up a board that fails its handshake for more than a second', () => {
    const wire = new ScriptedWire((n) => (n >= 5 ? 'gone' : undefined));
    expect(run(wire, 1000).outcome).toBe('lost');
  });

  it('keeps an even grid without drift, and lets a missed slot be missed', () => {
    // Every seventh reply takes 25 ms, more than two slots of 10 ms.
    const wire = new ScriptedWire((n, reply) => [{ afterNs: n % 7 === 6 ? 25e6 : 1e6, bytes: reply }]);
    const { requestNs, outcome } = run(wire, 10_000, 100);
    expect(outcome).toBe('duration');
    const slots = requestNs.map((ns) => Math.floor(ns / 10e6));
    expect(new Set(slots).size).toBe(slots.length);
    const late = requestNs.map((ns) => ns % 10e6).filter((ns) => ns > 0);
    // After 25 ms the question goes out in the middle of the slot, once; then the grid holds again.
    expect(new Set(late)).toEqual(new Set([5e6]));
    expect(requestNs.at(-1)).toBeLessThan(10_000e6);
  });
});
