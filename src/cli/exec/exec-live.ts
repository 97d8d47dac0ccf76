import { errorText } from '../../errors.js';
import type { Measurement } from '../../exec/runs/measurement.js';
import type { Summary } from '../../measure/summary.js';
import type { Live } from '../../publish/live/live.js';
import { say } from '../terminal/say.js';
import type { ExecOptions } from './exec-options.js';

/**
 * The page of `--live`; null where none is wanted, or it cannot be had, which is no reason not to run the command.
 * @throws UserError (outputFailed) where `--strict` makes it one
 */
export async function openExecLive(
  { live, strict }: ExecOptions,
  onFault: (text: string) => void,
): Promise<Live | null> {
  if (!live) return null;
  try {
    const [{ Live }, { loopback }] = await Promise.all([
      import('../../publish/live/live.js'),
      import('../../publish/server/access.js'),
    ]);
    return await Live.open(loopback, true);
  } catch (error) {
    if (strict) throw error;
    onFault(`there is no page: ${errorText(error)}`);
    return null;
  }
}

/** Says where the page is, in front of all that the command says. */
export function showExecLive(live: Live | null, measurement: Measurement): void {
  live?.begin({ handOver: () => measurement.handOver(), startMonotonicNs: measurement.originNs });
  if (live) say(live.url);
}

/**
 * Tells the page that the command has ended. Whoever waits for the command does not wait for a page's answer, and what goes wrong with it
 * is a fault of the measurement at most: it never throws.
 */
export async function endExecLive(
  live: Pick<Live, 'close'> | null,
  fault: (error: unknown) => void,
  summary?: Summary,
): Promise<void> {
  await live?.close('told', summary).catch(fault);
}
