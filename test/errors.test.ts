import { describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '#powerlog/errors.js';

describe('what users are told', () => {
  it('is one line that steers nobody’s terminal, whatever it quotes', () => {
    const { message } = new UserError("'a\nb\u001b]0;title\u0007\u009b31m é' is not a rate", ExitCode.usage);
    expect(message).toBe("'a b ]0;title 31m é' is not a rate");
  });
});
