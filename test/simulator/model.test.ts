import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeBoardModel, simulatedUid } from '#powerlog/simulator/model.js';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('latin1');
const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');

describe('the board model', () => {
  it('answers the six reading commands as a BENCHLAB does', () => {
    const model = makeBoardModel({ seed: 7 });
    expect(text(model.reply(0x00, 0))).toBe('BENCHLAB'.padEnd(32, '\0'));
    expect(model.reply(0x01, 0)).toHaveLength(216);
    expect(text(model.reply(0x03, 0))).toBe('powerlog simulator'.padEnd(32, '\0'));
    expect(model.reply(0x0d, 0)).toEqual(simulatedUid(7));
    expect(model.reply(0x09, 0)).toHaveLength(178);
    expect([...model.reply(0x0e, 0)!]).toEqual([0xee, 0x10, 6]);
    expect(model.stats().requests).toEqual({
      welcome: 1,
      sensors: 1,
      name: 1,
      uid: 1,
      vendor: 1,
      calibration: 1,
      configuration: 0,
      build: 0,
    });
  });

  it('keeps silent on every other byte, and remembers it', () => {
    const model = makeBoardModel();
    const others = Array.from({ length: 256 }, (_, byte) => byte).filter(
      (byte) => ![0x00, 0x01, 0x03, 0x09, 0x0d, 0x0e].includes(byte),
    );
    for (const byte of others) expect(model.reply(byte, 0)).toBeUndefined();
    const { unexpected, requests } = model.stats();
    expect(unexpected).toEqual({ count: 250, first: others.slice(0, 64) });
    expect(Object.values(requests).every((count) => count === 0)).toBe(true);
  });

  it('has a UID of its own for each seed, always the same', () => {
    const uids = Array.from({ length: 1000 }, (_, seed) => text(simulatedUid(seed)));
    expect(new Set(uids).size).toBe(1000);
    expect(simulatedUid(5)).toEqual(simulatedUid(5));
    expect(simulatedUid(5)).toHaveLength(12);
  });

  it('answers with given frames in order, over and over or once', () => {
    const someFrames = fc.uint8Array({ minLength: 216, maxLength: 216 });
    fc.assert(
      fc.property(fc.array(someFrames, { minLength: 1, maxLength: 5 }), fc.boolean(), (list, repeat) => {
        const model = makeBoardModel({ frames: Buffer.concat(list), repeat });
        const ask = () => hex(model.reply(0x01, 0));
        for (const frame of list) expect(ask()).toBe(hex(frame));
        expect(ask()).toBe(repeat ? hex(list[0]) : '');
      }),
      { numRuns: 30 },
    );
  });

  it('stands still between updates, and is then what it would be at their instants', () => {
    const anyMs = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(anyMs, fc.integer({ min: 0, max: 2 ** 50 }), (ms, nowNs) => {
        const updateNs = ms * 1e5;
        const [held, fresh] = [{ updateNs }, {}].map((own) => makeBoardModel({ profile: 'idle', ...own }));
        const updatedNs = nowNs - (nowNs % updateNs);
        const frame = hex(held!.reply(0x01, nowNs));
        expect(frame).toBe(hex(fresh!.reply(0x01, updatedNs)));
        expect(hex(held!.reply(0x01, updatedNs + updateNs - 1))).toBe(frame);
        expect(hex(held!.reply(0x01, updatedNs + updateNs))).not.toBe(frame);
      }),
    );
  });

  it('refuses frames that are not whole', () => {
    expect(() => makeBoardModel({ frames: new Uint8Array(217) })).toThrow(/217 bytes/);
    expect(() => makeBoardModel({ frames: new Uint8Array(0) })).toThrow(/whole number/);
  });
});
