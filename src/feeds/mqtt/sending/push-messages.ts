import { outputError } from '../../../errors.js';
import { plural } from '../../../units.js';
import { type BrokerPlan, openThread } from './open-thread.js';

/** Nobody waits for anything else: a broker that is about to come back is worth some time. */
const patienceMs = 15_000;

/**
 * Sends what a recording left in its spool, which is removed when all has arrived; returns how many messages.
 * @throws UserError (outputFailed) where not all did
 */
export async function pushMessages(plan: BrokerPlan): Promise<number> {
  const thread = await openThread(plan);
  try {
    thread.post({ type: 'connect', will: null });
    const state = await thread.settle(patienceMs);
    if (!state) throw new Error(thread.trouble ?? 'the sending thread has ended');
    const { name } = plan.target;
    if (state.unsent > 0)
      throw outputError(
        `${plural(state.unsent, 'message')} of ${plan.folder} did not arrive at ${name} (${state.trouble ?? 'no answer'}); they are kept there: try again`,
      );
    if (state.refused > 0)
      throw outputError(
        `${name} refused ${plural(state.refused, 'message')} of ${plan.folder}: ${state.refusal}`,
      );
    return thread.left;
  } finally {
    await thread.close();
  }
}
