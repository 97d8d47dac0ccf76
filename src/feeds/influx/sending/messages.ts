import type { SpoolPlan } from '../../sending/serve-sending.js';
import type { Unit } from '../lines/line-writer.js';
import type { Target } from '../server/target.js';

export interface InfluxWorkerData extends SpoolPlan {
  readonly target: Target;
  readonly authorization: string | null;
}

/** What the thread is told of its own. */
export interface BatchMessage {
  readonly type: 'batch';
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lines: number;
  readonly unit: Unit;
}
