import type { Family } from '../feeds/metrics/exposition.js';
import type { Reply } from '../publish/server/replies.js';

/** What can be wrong with a bench, the worst first. `no-power` is the bench's own affair: everything works, and nothing runs. */
const problemCodes = ['no-board', 'no-disk', 'no-network', 'no-power'] as const;
type ProblemCode = (typeof problemCodes)[number];

interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
}

export interface BoardHealth {
  readonly board: string;
  readonly port: string;
  readonly samples: number;
  readonly power_w: number | null;
  readonly last_sample_unix_s: number | null;
}

/** What a health check is told. */
interface Health {
  readonly bench: string;
  /** Null where nothing is recorded. */
  readonly run: string | null;
  readonly boards: readonly BoardHealth[];
  readonly captures: { readonly files: number; readonly bytes: number } | null;
}

/** Remembers since when there is which problem, and tells each when it comes and when it goes. */
export class Problems {
  readonly #since = new Map<ProblemCode, Problem & { readonly sinceMs: number; readonly isTold: boolean }>();
  readonly #onNotice: (text: string) => void;

  constructor(onNotice: (text: string) => void) {
    this.#onNotice = onNotice;
  }

  /** It is so for now, as was to be expected, and nobody need be told. */
  expect(code: ProblemCode, message: string): void {
    this.#since.set(code, { code, message, sinceMs: Date.now(), isTold: false });
  }

  /** What is so now. @param message null where there is no such problem */
  set(code: ProblemCode, message: string | null): void {
    const before = this.#since.get(code);
    if (message === null) {
      if (!before) return;
      this.#since.delete(code);
      if (before.isTold)
        this.#onNotice(`${code} is over, after ${Math.round((Date.now() - before.sinceMs) / 1000)} s`);
      return;
    }
    this.#since.set(code, { code, message, sinceMs: before?.sinceMs ?? Date.now(), isTold: true });
    if (before?.message !== message || !before.isTold) this.#onNotice(`${code}: ${message}`);
  }

  /** The worst first. */
  get all(): readonly (Problem & { readonly sinceMs: number })[] {
    return problemCodes.flatMap((code) => this.#since.get(code) ?? []);
  }

  /** 200 as long as the agent does what it is there for. */
  reply(health: Health): Reply {
    const [worst] = this.all;
    const body = {
      schema: 'powerlog.health/1',
      status: worst?.code ?? 'ok',
      problems: this.all.map(({ code, message, sinceMs }) => ({
        ...{ code, message, since_unix_s: sinceMs / 1000 },
      })),
      ...health,
    };
    return {
      status: this.all.some(({ code }) => code !== 'no-power') ? 503 : 200,
      type: 'application/json',
      body: `${JSON.stringify(body)}\n`,
    };
  }

  family(bench: string): Family {
    return {
      ...{ name: 'powerlog_agent_problem', type: 'gauge' },
      help: 'Whether the bench has this problem: 1 or 0',
      points: problemCodes.map((problem) => ({
        labels: { bench, problem },
        value: this.#since.has(problem) ? 1 : 0,
      })),
    };
  }
}
