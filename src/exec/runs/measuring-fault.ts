import { boardError, ExitCode, errorText, UserError } from '../../errors.js';

/** Something that went wrong with measuring; the child does not hear of it. */
export interface MeasuringFault {
  readonly message: string;
  /** What powerlog ends with where `--strict` asks for it. */
  readonly exitCode: ExitCode;
  /** The path of the output that failed; what is kept of it the message says. */
  readonly output?: string | undefined;
}

export const faultOf = (error: unknown, output?: string): MeasuringFault => ({
  message: errorText(error),
  exitCode: error instanceof UserError ? error.exitCode : ExitCode.bug,
  ...(output === undefined ? {} : { output }),
});

/** Whatever kept a board from being opened, as an error of ours. */
export const noBoard = (port: string, error: unknown): UserError =>
  error instanceof UserError ? error : boardError(`${port} cannot be measured: ${errorText(error)}`, error);
