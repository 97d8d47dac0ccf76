import type { Analysis, Fitted } from '../analysis.js';
import type { Note, NoteCode } from '../comparison.js';
import { ms } from '../time-text.js';
import { changesSeen } from '../updates/updates.js';
import type { Judgement } from '../verdict/verdict.js';
import { lagChanges, noSingleLag } from './lag.js';

const few = 3;
/** A gain this far from one is no gain but another unit. */
const unitFactors: readonly (readonly [number, string])[] = [
  [1000, 'B says a thousand times as much as A: its unit may be milliwatts (mW)'],
  [1e6, 'B says a million times as much as A: its unit may be microwatts (µW)'],
  [1e-3, 'B says a thousandth of what A says: its unit may be kilowatts (kW), or watts taken for milliwatts'],
];

/** What should be known beside the figures, the weightiest first. */
export function notesOf(analysis: Analysis, judgement: Judgement): Note[] {
  const { updates, fitted } = analysis;
  const notes: Note[] = [];
  const add = (code: NoteCode, message: string) => notes.push({ code, message });
  if (judgement.isFlat) add('flat-load', 'The load is flat, so that only the level can be compared');
  if (fitted && judgement.verdict === 'related') addOfFit(analysis, fitted, add);
  const { vagueChanges, unseenHoldUs } = updates;
  if (vagueChanges !== null)
    add(
      'hold-unknown',
      `How often values come is not known: ${changesSeen(vagueChanges)}, and one may have been there ${Number.isFinite(unseenHoldUs) ? `for up to ${ms(unseenHoldUs)}` : 'for any time'}`,
    );
  else if (unseenHoldUs > 0 && updates.readings.count > 0)
    add(
      'polls-slow',
      `The polls are the limit: they are ${ms(updates.polls.intervalUs)} apart, and how long a value had been there is not known`,
    );
  const phaseUs = unknownPhaseUs(analysis, judgement);
  if (phaseUs > 0)
    add('polls-locked', `The polls keep to the updates, so that the phase is unknown within ${ms(phaseUs)}`);
  const dropped = updates.polls.impossible + (judgement.verdict === 'related' ? (fitted?.dropped ?? 0) : 0);
  if (dropped > 0)
    add(
      'dropped-readings',
      `${dropped} ${dropped === 1 ? 'reading that nothing' : 'readings that nothing'} A did could have given ${dropped === 1 ? 'was' : 'were'} left out`,
    );
  return notes;
}

/** Polls that leave open more than this share of a period keep to the updates. */
const openShare = 0.5;

/** What polls that keep to the updates leave open of their phase, µs; 0 where they do not. */
function unknownPhaseUs({ updates, fitted }: Analysis, { verdict }: Judgement): number {
  if (updates.isLocked) return 2 * updates.systematicUs;
  const hidden = verdict === 'related' ? fitted?.hidden : null;
  return hidden && 2 * hidden.openUs > openShare * hidden.periodUs ? 2 * hidden.openUs : 0;
}

function addOfFit(analysis: Analysis, fitted: Fitted, add: (code: NoteCode, message: string) => void): void {
  const { fit, ambiguity, correspondence } = fitted;
  const lagReason = noSingleLag(analysis, fitted);
  if (ambiguity.lags.length > 0) add('ambiguous-lag', `The lag is ${lagReason}`);
  const changing = lagChanges(analysis, fitted);
  if (changing) add('lag-changes', sentence(changing));
  if (ambiguity.widths.length > 0)
    add('window-ambiguous', 'The window may as well be longer or shorter by whole periods of the load');
  if (fit.kernel.kind === 'one-pole')
    add(
      'not-a-boxcar',
      `B is not a mean over a window: a low-pass with a time constant of ${ms(fit.widthUs)} fits better`,
    );
  const events = correspondence?.events ?? 0;
  if (events <= few)
    add('few-events', `The lag rests on ${events} ${events === 1 ? 'event' : 'events'} of the load`);
  for (const [factor, message] of unitFactors)
    if (fit.line.gain / factor > 0.5 && fit.line.gain / factor < 2) add('unit-suspect', message);
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
