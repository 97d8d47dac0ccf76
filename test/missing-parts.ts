import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node';

/** What a skipped test wanted. */
export interface MissingPart {
  readonly name: string;
  /** The command line that brings it. */
  readonly install: string;
}

declare module 'vitest' {
  interface TaskMeta {
    part?: MissingPart;
  }
}

/**
 * Lists at the end which tests were skipped for want of what, and how to get it, so that nothing is skipped unseen.
 * Where everything must be there (`POWERLOG_REQUIRE_ALL=1`, set by `.ci/run`), such a test is a failure.
 */
export class MissingParts implements Reporter {
  #onlySome = false;

  onInit({ config }: Vitest): void {
    this.#onlySome = config.testNamePattern !== undefined;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules
      .flatMap((module) => [...module.children.allTests('skipped')])
      .filter((test) => test.meta().part || !this.#onlySome);
    for (const why of new Set(skipped.map(reasonOf))) {
      const tests = skipped.filter((test) => reasonOf(test) === why);
      console.log(`skipped: ${tests.length} ${tests.length === 1 ? 'test' : 'tests'} ${why}`);
      for (const test of tests) console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`);
    }
    if (process.env.POWERLOG_REQUIRE_ALL !== '1' || !skipped.some((test) => test.meta().part)) return;
    console.log('POWERLOG_REQUIRE_ALL=1: a test skipped for want of a part is a failure');
    process.exitCode = 1;
  }
}

function reasonOf(test: TestCase): string {
  const { part } = test.meta();
  return part ? `for want of ${part.name}; install with: ${part.install}` : 'by a condition of its own';
}
