import { expect, it } from 'vitest';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';

const welcome = Buffer.from('BENCHLAB\0', 'latin1');

it('says what the attempt found that came furthest, whatever came late of it afterwards', () => {
  // A wire that is made up: no board can be told to be late at one attempt alone.
  const answers = [welcome, Buffer.from([0xef, 0x10, 4])];
  let asked = 0;
  const wire = {
    write: ({ length }: Uint8Array) => length,
    read: (into: Buffer) => (answers[asked++] ?? Buffer.concat([welcome, welcome])).copy(into),
    ...{ drain: () => 0, listen: () => 0, sleep: () => 0 },
  };
  expect(() => identifyBlocking('/dev/made-up', wire)).toThrow(
    /^\/dev\/made-up is an unknown board: .*vendor 0xef/,
  );
  expect(asked).toBeGreaterThan(3);
});
