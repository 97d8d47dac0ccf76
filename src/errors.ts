/** Exit codes, as `docs/contract.md` promises them. */
export const ExitCode = {
  done: 0,
  bug: 1,
  usage: 2,
  noBoard: 3,
  boardLost: 4,
  outputFailed: 5,
  badInput: 6,
  limitNotMet: 7,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/**
 * A failure that is not a bug of ours: its message says what happened, what was expected and what to do,
 * and its exit code is one of the documented ones.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    message: string,
    readonly exitCode: ExitCode,
    options?: { cause?: unknown },
  ) {
    // It may quote foreign input, which is no reason to break the line or to steer somebody's terminal.
    super(message.replaceAll(/\p{Cc}+/gu, ' '), options);
  }
}

export const usageError = (message: string): UserError => new UserError(message, ExitCode.usage);
export const boardError = (message: string, cause?: unknown): UserError =>
  new UserError(message, ExitCode.noBoard, { cause });
export const inputError = (message: string, cause?: unknown): UserError =>
  new UserError(message, ExitCode.badInput, { cause });
export const outputError = (message: string, cause?: unknown): UserError =>
  new UserError(message, ExitCode.outputFailed, { cause });

/** The `code` of a Node system error (`ENOENT`, …), or `undefined` where there is none. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return undefined;
}

/** Whether the system had no descriptor left: the text says it also where the code is lost. */
export const outOfDescriptors = (error: unknown): boolean => /\bE[MN]FILE\b/.test(errorText(error));

/** The text of whatever was thrown. */
export const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What a read gives, or `undefined` where it fails: of what other systems lack, is gone by now, or is not ours to see. */
export function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

const writeFailures: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it has grown to the largest size allowed',
  EIO: 'the disk or device failed (EIO)',
  EBADF: 'it is closed',
};

/** Whether a system error says that what was given could not be kept. */
export const isWriteFailure = (code: string | undefined): boolean =>
  code !== undefined && Object.hasOwn(writeFailures, code);

/** Why a write failed, in words where there are some. */
export const writeFailureText = (code: string): string => writeFailures[code] ?? code;
