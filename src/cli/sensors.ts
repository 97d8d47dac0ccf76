import { boardError, usageError } from '../errors.js';
import type { SensorChoice } from '../sensors/open.js';
import { noSensors, type SensorsBeside } from '../session/sensor-tracks.js';
import type { SensorOptions } from './options.js';

/**
 * What `--with` and `--with-interval` ask for.
 * @throws UserError (usage)
 */
export async function chosenSensors(options: SensorOptions): Promise<SensorChoice[]> {
  if (options.with === undefined) {
    if (options.withInterval !== undefined)
      throw usageError('--with-interval is about sensors: name them with --with, such as --with rapl');
    return [];
  }
  const { checkChoices, parseSensors } = await import('../sensors/open.js');
  const choices = options.with.flatMap(parseSensors);
  checkChoices(choices);
  return choices;
}

/**
 * Finds the sensors and lets each say what it is; what is not there is told and recorded without.
 * @param thorough all of each is read at each reading, though that costs CPU
 * @throws UserError (usage)
 */
export async function openBeside(
  choices: readonly SensorChoice[],
  { withInterval }: SensorOptions,
  tell: (text: string) => void,
  thorough = false,
): Promise<SensorsBeside> {
  if (choices.length === 0) return noSensors;
  const [{ openSensors }, { missingWarning }] = await Promise.all([
    import('../sensors/open.js'),
    import('../sensors/track/sensor-track.js'),
  ]);
  const opened = await openSensors(choices, { intervalMs: withInterval, thorough });
  for (const each of opened.missing) tell(missingWarning(each).message);
  return opened;
}

/** @throws UserError (no board) where one of them is not there, for who asked for nothing less; the others are closed then */
export async function refuseMissing({ sensors, missing }: SensorsBeside): Promise<void> {
  const [first] = missing;
  if (!first) return;
  for (const sensor of sensors) await sensor.close();
  throw boardError(`${first.id}: ${first.doubt.message}`);
}
