import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { claimTable, type Findings, table } from './claims.js';
import { fromRoot } from './workshop.js';

/** What a part was measured on. */
export interface Setting {
  readonly machine: string;
  /** Of what it would have been measured beside; empty where nothing is. */
  readonly missing: readonly string[];
}

const pathOf = (part: string): string => fromRoot(`docs/performance/${part}.md`);

/** What a part found, as a page of its own: nobody has time for all of them on one day. */
export function partPage({ claims, section }: Findings, { machine, missing }: Setting): string {
  const [heading = '', ...rest] = section.replaceAll(/^#(?=#+ )/gm, '').split('\n\n');
  const measuredOn = `Measured on ${new Date().toISOString().slice(0, 10)}: ${machine}.`;
  const without = missing.length > 0 ? ` Missing there: ${missing.join('; ')}.` : '';
  return `${[heading, measuredOn + without, claimTable(claims), ...rest].join('\n\n')}\n`;
}

/** Writes the page of a part, and the overview of all that have been measured. */
export function writePages(part: string, text: string, parts: readonly string[]): void {
  mkdirSync(fromRoot('docs/performance'), { recursive: true });
  writeFileSync(pathOf(part), text);
  writeOverview(parts);
}

/** `docs/performance.md`, of what the pages of the parts say. */
function writeOverview(parts: readonly string[]): void {
  const rows = parts.flatMap((part) => {
    if (!existsSync(pathOf(part))) return [];
    const text = readFileSync(pathOf(part), 'utf8');
    const [, title = part] = /^# (.*)$/m.exec(text) ?? [];
    const [, day = '', machine = ''] = /^Measured on ([\d-]+): ([^;]*)/m.exec(text) ?? [];
    const verdicts = [...text.matchAll(/ \| (yes|\*\*no\*\*|not measured) \|$/gm)].map(
      ([, verdict]) => verdict,
    );
    const missed = [...text.matchAll(/^\| (.*) \| .* \| .* \| \*\*no\*\* \|$/gm)].map(([, what]) => what);
    const kept = `${verdicts.filter((verdict) => verdict === 'yes').length} of ${verdicts.length}`;
    return [[`[${title}](performance/${part}.md)`, day, machine, kept, missed.join('; ') || '–']];
  });
  const page = [
    '# Performance',
    'Written by `npm run bench`, which starts every peer itself, alternates them so that drift hits all alike, and ' +
      'measures all that it compares in one run on one machine. Each part has a page, of the day on which it was measured ' +
      'last. The ratios carry over to other machines; the figures do not. A ratio is the median of those of runs that took ' +
      'turns; in brackets the smallest and the largest of them.',
    table(['part', 'measured on', 'machine', 'targets met', 'missed'], rows),
  ];
  writeFileSync(fromRoot('docs/performance.md'), `${page.join('\n\n')}\n`);
}
