import { formatUncertain } from '../../measure/honest-digits.js';
import type { Summary } from '../../measure/summary.js';
import { printable } from '../../text.js';
import { formatSi, plural } from '../../units.js';
import { say, styled } from './say.js';
import { formatTable } from './table.js';

const watts = (value: number | null): string => (value === null ? '–' : formatSi(value, 'W'));

/** The closing summary of a recording, on standard error. */
export function printSummary(summary: Summary, files: readonly string[]): void {
  const { duration_s, samples, sample_rate_hz, coverage, gaps, board } = summary;
  const lines: string[] = [];
  const rate = sample_rate_hz === null ? '' : ` at ${sample_rate_hz.toFixed(1)} Hz`;
  const name = board.name ? ` '${printable(board.name)}'` : '';
  lines.push(
    `${printable(board.product)}${name} on ${printable(board.port)}: ${plural(samples, 'sample')} in ${(duration_s ?? 0).toFixed(3)} s${rate}`,
  );
  const rows = Object.entries(summary.energy_j).map(([component, energyJ]) => {
    const power = summary.power_w[component];
    return [
      `  ${component}`,
      energyJ === null ? '–' : formatUncertain(energyJ, summary.energy_uncertainty_j[component] ?? null, 'J'),
      watts(power?.mean ?? null),
      watts(power?.max ?? null),
    ];
  });
  lines.push('', formatTable(['', 'energy', 'mean', 'peak'], rows, [1, 2, 3]), '');
  lines.push(
    `  coverage ${coverage === null ? '–' : `${(coverage * 100).toFixed(2)} %`}, ${plural(gaps.length, 'gap')}; ± is 95 %`,
  );
  for (const warning of summary.warnings)
    lines.push(`  ${styled('yellow', 'warning:')} ${printable(warning.message)}`);
  if (files.length > 0) lines.push(`  kept in ${files.map(printable).join(', ')}`);
  say(lines.join('\n'));
}
