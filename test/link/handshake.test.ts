import { describe, expect, it } from 'vitest';
import { readBoardFile } from '#powerlog/file/board-file.js';
import { identifyBlocking } from '#powerlog/link/identity/handshake.js';
import type { Expected } from '#powerlog/link/link.js';

/** A wire that is made up, since no board can be told to be late at one attempt alone: of each question what is answered at each time, then nothing. */
function problemOf(answersTo: (question: number) => readonly string[], expected?: Expected): string {
  const times = new Map<number, number>();
  let answer = '';
  const wire = {
    write(bytes: Uint8Array) {
      const [question = 0] = bytes;
      const time = times.get(question) ?? 0;
      times.set(question, time + 1);
      answer = answersTo(question)[time] ?? '';
      return bytes.length;
    },
    read(into: Buffer) {
      const length = into.write(answer, 'latin1');
      answer = '';
      return length;
    },
    ...{ drain: () => 0, listen: () => 0, sleep: () => 0 },
  };
  try {
    identifyBlocking('/dev/made-up', wire, expected);
  } catch (error) {
    return String(error);
  }
  throw new Error('was identified');
}

describe('says what the attempt found that came furthest, whatever came late of it afterwards', () => {
  it('of a board of a maker', () => {
    const twice = 'BENCHLAB\0BENCHLAB\0';
    const problem = problemOf((question) =>
      question === 0 ? ['BENCHLAB\0', twice, twice, twice, twice, twice] : ['\xef\x10\x04'],
    );
    expect(problem).toContain('/dev/made-up is an unknown board: ');
    expect(problem).toContain('vendor 0xef');
  });

  it.each([
    ['a silence', ''],
    ['another welcome', 'two-'],
  ])('of a board that a file describes: behind an answer of which the UID was short comes %s', (_, late) => {
    const welcomes = ['two-shunts 1', late, late, late, late];
    const problem = problemOf(
      (question) => ({ 1: welcomes, 3: ['1234'] })[question] ?? [],
      readBoardFile('docs/own-board/asked.json'),
    );
    expect(problem).toContain('its UID has 4 bytes, expected 8');
  });
});
