import { type Analysis, analyse, type Fitted } from './analysis.js';
import type {
  ComparedSpan,
  Comparison,
  ComparisonOptions,
  Figures,
  ReadingTrace,
  ReferenceTrace,
  Rival,
} from './comparison.js';
import { cellsOf } from './energy/cells.js';
import { figuresWith, unknown } from './estimate.js';
import { verdictOf } from './evidence.js';
import { type EnergyResult, energyFigures, plainEnergies } from './figures/energy.js';
import { lagFigures, lagsOf, updateFigure } from './figures/lag.js';
import { notesOf } from './figures/notes.js';
import { powerFigures, rawDeviation } from './figures/power.js';
import { PowerIntegral } from './reference/integral.js';
import type { Judgement } from './verdict/verdict.js';

/**
 * Compares readings with a reference: how late they are, over what they average, their gain and offset, and what the difference of the
 * energies is made of. What the two do not tell is null, with the reason.
 */
export function compareTraces(
  trace: ReferenceTrace,
  readings: ReadingTrace,
  options: ComparisonOptions = {},
): Comparison {
  if (trace.timeUs.length < 2) return nothing('A has fewer than two samples', options);
  const reference = new PowerIntegral(trace);
  const analysis = analyse(reference, readings);
  if (analysis.updates.readings.count === 0) return nothing('B has no reading', options);
  const judgement = verdictOf(analysis);
  return judgement.verdict === 'related'
    ? relatedComparison(analysis, analysis.fitted!, judgement, trace, options)
    : otherComparison(analysis, judgement, trace, options);
}

function relatedComparison(
  analysis: Analysis,
  fitted: Fitted,
  judgement: Judgement,
  trace: ReferenceTrace,
  options: ComparisonOptions,
): Comparison {
  const { fit, readings, correspondence, offset } = fitted;
  const { shiftUs } = lagsOf(analysis, fitted);
  const energies = energyFigures(analysis, fitted, shiftUs, trace.accuracy);
  const figures = figuresWith(
    {
      update_s: updateFigure(analysis),
      ...lagFigures(analysis, fitted),
      ...powerFigures(analysis, fitted, shiftUs),
      ...energies.figures,
    },
    'the two share no time at this lag',
  );
  return {
    verdict: judgement.verdict,
    reason: judgement.reason,
    figures,
    rivals: rivalsOf(analysis, fitted),
    ...spanOf(energies, offset),
    notes: notesOf(analysis, judgement),
    kernel: fit.kernel.kind,
    timeConstantS: fit.kernel.kind === 'one-pole' ? fit.widthUs * 1e-6 : null,
    events: correspondence!.events,
    referenceUncertaintyJ: energies.referenceUncertaintyJ,
    aligned: { readingW: readings.valueW, referenceW: fit.referenceW },
    phases: (options.phases ?? []).map(({ name, spans }) => {
      const part = energyFigures(analysis, fitted, shiftUs, trace.accuracy, spans);
      return {
        name,
        spanS: part.balance.durationS,
        figures: ofPhase({ ...powerFigures(analysis, fitted, shiftUs, spans), ...part.figures }, part),
      };
    }),
  };
}

/** Without a lag, the levels and energies of the two as they lie. */
function otherComparison(
  analysis: Analysis,
  judgement: Judgement,
  trace: ReferenceTrace,
  options: ComparisonOptions,
): Comparison {
  const { reference, updates, usualUs, fitted } = analysis;
  const cells = cellsOf(updates.readings, usualUs);
  const energies = plainEnergies(analysis, trace.accuracy);
  const { reason } = judgement;
  const part = (parts?: readonly ComparedSpan[]) => ({
    rmse_raw_w: rawDeviation(reference, updates.readings, cells, parts),
  });
  const known = energies.balance.count > 0 ? { update_s: updateFigure(analysis), ...part() } : {};
  return {
    verdict: judgement.verdict,
    reason,
    figures: figuresWith({ ...known, ...energies.figures }, reason),
    rivals: [],
    ...spanOf(energies, () => 0),
    notes: notesOf(analysis, judgement),
    kernel: updates.readings.spanUs ? 'counter' : 'boxcar',
    timeConstantS: null,
    events: fitted?.correspondence?.events ?? 0,
    referenceUncertaintyJ: energies.referenceUncertaintyJ,
    aligned: null,
    phases: (options.phases ?? []).map(({ name, spans }) => {
      const one = plainEnergies(analysis, trace.accuracy, spans);
      return {
        name,
        spanS: one.balance.durationS,
        figures: figuresWith({ ...(one.balance.count > 0 ? part(spans) : {}), ...one.figures }, reason),
      };
    }),
  };
}

/** What is the whole run's is not said of a phase. */
const ofPhase = (known: Parameters<typeof figuresWith>[0], { balance }: EnergyResult): Figures =>
  figuresWith(known, balance.count > 0 ? 'it is that of the whole run' : 'B was not read in this phase');

function spanOf({ balance }: EnergyResult, offset: (us: number) => number) {
  // Back to the stamps that B has: the lag's change was taken off them.
  const spans = balance.spans.map(({ startUs, endUs }) => ({
    startUs: startUs + offset(startUs),
    endUs: endUs + offset(endUs),
  }));
  return {
    spanS: balance.durationS,
    span: { startUs: spans[0]?.startUs ?? 0, endUs: spans[spans.length - 1]?.endUs ?? 0 },
    spans,
  };
}

/** Where there are several lags, all of them, the best fitting among them. */
function rivalsOf(analysis: Analysis, { fit, ambiguity }: Fitted): Rival[] {
  const { holdUs, updates } = analysis;
  if (ambiguity.lags.length === 0 || !Number.isFinite(updates.unseenHoldUs)) return [];
  return [fit, ...ambiguity.lags]
    .map(({ delayUs, widthUs }) => ({
      delayS: (delayUs - updates.unseenHoldUs / 2) * 1e-6,
      shiftS: (delayUs + holdUs / 2) * 1e-6,
      windowS: widthUs * 1e-6,
    }))
    .sort((a, b) => a.delayS - b.delayS);
}

function nothing(reason: string, options: ComparisonOptions): Comparison {
  const figures = figuresWith({ update_s: unknown(reason) }, reason);
  return {
    ...{ verdict: 'undetermined', reason, figures, rivals: [], spanS: 0, spans: [], notes: [] },
    span: { startUs: 0, endUs: 0 },
    ...{ kernel: 'boxcar', timeConstantS: null, events: 0, referenceUncertaintyJ: null, aligned: null },
    phases: (options.phases ?? []).map(({ name }) => ({ name, spanS: 0, figures })),
  };
}
