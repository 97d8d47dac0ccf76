import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boardFor } from '#powerlog/board/catalogue.js';
import type { CalibrationDocument } from '#powerlog/board/correction.js';
import { encodeFrame, makeFrameDecoder, newColumn } from '#powerlog/board/frame.js';

const board = boardFor('benchlab2')!;
const rail = fc.constantFrom(...board.rails);
const lines = fc.record({
  voltage: fc.option(fc.double({ min: 0.9, max: 1.1, noNaN: true })),
  current: fc.option(
    fc.record({
      gain: fc.double({ min: 0.5, max: 2, noNaN: true }),
      offsetA: fc.double({ min: -2, max: 2, noNaN: true }),
    }),
  ),
});
const readings = fc.array(
  fc.tuple(fc.integer({ min: 11_000, max: 13_000 }), fc.integer({ min: -500, max: 60_000 })),
  { minLength: 1, maxLength: 20 },
);

/** Which of a rail's columns somebody wants. */
const wanted = fc.subarray(['voltage', 'current', 'power'] as const, { minLength: 1 });

it('a calibrated rail reads what the calibration says, whoever wants which of its columns, and no other does', () => {
  fc.assert(
    fc.property(rail, lines, readings, wanted, (chosen, { voltage, current }, rows, columnsWanted) => {
      const frames = new Uint8Array(board.frameBytes * rows.length);
      rows.forEach(([mv, ma], row) => {
        const values = board.rails.flatMap(({ name }): [string, number][] => [
          [`${name}_voltage_v`, mv],
          [`${name}_current_a`, ma],
          [`${name}_power_w`, Math.round((mv * ma) / 1000)],
        ]);
        encodeFrame(board, new Map(values), frames, row * board.frameBytes);
      });
      const document = {
        rails: {
          [chosen.name]: {
            voltage: voltage && { gain: voltage },
            current: current && { gain: current.gain, offset_a: current.offsetA },
          },
        },
      } as unknown as CalibrationDocument;
      const decode = (each: Parameters<typeof makeFrameDecoder>[0], only?: readonly number[]) => {
        const columns = board.fields.map((field, n) =>
          !only || only.includes(n) ? newColumn(field, rows.length) : undefined,
        );
        makeFrameDecoder(each)(frames, rows.length, columns);
        return columns;
      };
      const raw = decode(board);
      const calibrated = { ...board, correction: { name: '', sha256: '', document } };
      const all = decode(calibrated);
      const own = [chosen.voltage, chosen.current, chosen.power];
      all.forEach((column, n) => {
        if (!own.includes(n)) expect(column).toEqual(raw[n]);
      });
      rows.forEach(([mv, ma], row) => {
        const trueV = (mv / 1000) * (voltage ?? 1);
        const trueA = (ma / 1000) * (current?.gain ?? 1) + (current?.offsetA ?? 0);
        expect(Math.abs(all[chosen.voltage]![row]! - trueV * 1000)).toBeLessThanOrEqual(0.5 + 1e-6);
        expect(Math.abs(all[chosen.current]![row]! - trueA * 1000)).toBeLessThanOrEqual(0.5 + 1e-6);
        expect(Math.abs(all[chosen.power]![row]! - trueV * trueA * 1000)).toBeLessThanOrEqual(0.5 + 1e-6);
      });
      const only = columnsWanted.map((which) => chosen[which]);
      const some = decode(calibrated, only);
      for (const n of only) expect(some[n]).toEqual(all[n]);
    }),
  );
});
