import { createRequire } from 'node:module';

/** `commander`, as the CommonJS it is: were it imported, Node would first lex its files for names. */
export const { Command, CommanderError, InvalidArgumentError, Option } = createRequire(import.meta.url)(
  'commander',
) as typeof import('commander');
export type Command = import('commander').Command;
export type Option = import('commander').Option;
