import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trackIds, trackPlaces } from '#powerlog/session/track-names.js';
import type { BoardIdentity } from '#powerlog/stream/recording-header.js';

const board = (name: string | null, port: string): BoardIdentity => ({
  ...{ id: 'benchlab', product: 'BENCHLAB', productId: 0x10, uid: null, firmware: null, name, port },
});

describe('the names of tracks', () => {
  it('are the boards’ own, or else what they are', () => {
    const boards = [
      board('desk 4', '/dev/ttyACM0'),
      board('', '/dev/ttyACM1'),
      board(null, 'COM3'),
      board('Süd/2', '/dev/ttyACM2'),
    ];
    expect(trackIds(boards)).toEqual(['desk-4', 'benchlab', 'benchlab-2', 'Süd-2']);
  });

  it('do not depend on the ports of boards without a name', () => {
    const nameless = (id: string, port: string) => ({ ...board(null, port), id });
    for (const ports of [
      ['/dev/pts/4', '/dev/pts/5', '/dev/pts/6'],
      ['COM3', 'COM9', '/dev/pts/12'],
    ])
      expect(trackIds(['pmd2', 'powersensor3', 'pmd2'].map((id, n) => nameless(id, ports[n]!)))).toEqual([
        'pmd2',
        'powersensor3',
        'pmd2-2',
      ]);
  });

  it('are made distinct: by the port, and where that bears the name too, by a number', () => {
    const boards = [
      board('BENCHLAB', '/dev/ttyACM0'),
      board('Benchlab', '/dev/ttyACM1'),
      board('benchlab', '/dev/serial/ttyacm1'),
      board('benchlab', '/dev/serial/ttyacm1'),
    ];
    expect(trackIds(boards)).toEqual(['BENCHLAB', 'ttyACM1', 'board', 'benchlab-2']);
  });

  it('are fit for any file system, and no two files are one, whatever boards and ports are called', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...'aA./\\-: \0é測'), fc.string({ unit: 'binary', maxLength: 1 })),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.option(text), text), { minLength: 1, maxLength: 6 }), (named) => {
        const ids = trackIds(named.map(([name, port]) => board(name, port)));
        for (const id of ids) {
          expect(id).toMatch(/^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}._-]*$/u);
          expect(Buffer.byteLength(id)).toBeLessThan(200);
        }
        const places = trackPlaces({ out: 'a/run.csv.gz', capture: 'run.plog' }, ids);
        expect(places[0]).toEqual({ out: 'a/run.csv.gz', capture: 'run.plog' });
        for (const { out, capture } of places.slice(1)) {
          expect(out).toMatch(/^a\/run\.[^/]+\.csv\.gz$/);
          expect(capture).toMatch(/^run\.[^/]+\.plog$/);
        }
        const files = places.flatMap(({ out, capture }) => [out, capture]).map((file) => file!.toLowerCase());
        expect(new Set(files).size).toBe(files.length);
      }),
    );
  });
});
