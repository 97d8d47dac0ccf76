import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { claimTable, type Findings, table } from './claims.js';
import { fromRoot } from './workshop.js';

/** What a part was measured on. */
export interface Setting {
  readonly machine: string;
  /** Of what it would have been measured beside; empty where nothing is. */
  readonly missing: readonly string[];
}

const pathOf = (part: string): string => `docs/performance/${part}.md`;
const measuredOn = (setting: Setting, day: string): string => `Measured on ${day}: ${setting.machine}.`;

/** What a part found, as a page of its own: parts take from a minute to two hours, and are measured on different days. */
export function partPage({ claims, section }: Findings, setting: Setting): string {
  const [heading = '', ...rest] = section.replaceAll(/^#(?=#+ )/gm, '').split('\n\n');
  const day = new Date().toISOString().slice(0, 10);
  const missing = setting.missing.length > 0 ? ` Missing there: ${setting.missing.join('; ')}.` : '';
  return `${[heading, measuredOn(setting, day) + missing, claimTable(claims), ...rest].join('\n\n')}\n`;
}

export function writePartPage(part: string, text: string): void {
  mkdirSync(fromRoot('docs/performance'), { recursive: true });
  writeFileSync(fromRoot(pathOf(part)), text);
}

/** Writes `docs/performance.md` of what the pages of the parts say. */
export function writeOverview(parts: readonly string[]): void {
  const rows = parts.flatMap((part) => {
    const path = fromRoot(pathOf(part));
    if (!existsSync(path)) return [];
    const text = readFileSync(path, 'utf8');
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
