import { Option } from 'commander';
import { formatSi, parseBytes } from '../../units.js';
import { checked } from '../options.js';

export interface SpoolOption {
  readonly spoolLimit: number;
}

const usualBytes = 1e9;

/** Of every feed that keeps what it could not send. */
export const spoolLimitOption = () =>
  new Option(
    '--spool-limit <size>',
    'what cannot be sent yet may take so much of the disk; beyond, the oldest goes',
  )
    .default(usualBytes, formatSi(usualBytes, 'B', 1).replace(' ', ''))
    .argParser(checked(parseBytes));
