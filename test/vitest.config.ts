import { defineConfig } from 'vitest/config';
import { MissingParts } from './missing-parts.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/property-seed.ts'],
    root: new URL('..', import.meta.url).pathname,
    reporters: ['default', new MissingParts()],
    // Only a hang fails by its time, however busy the machine is.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    expect: { poll: { timeout: 1_200_000 } },
    // Real boards and real clocks share the machine: a crowd of test files would only measure each other.
    maxWorkers: 4,
    // The program as Node loads it: were its files transformed, a test would have copies of its classes.
    server: { deps: { external: [/\/dist\//] } },
  },
});
