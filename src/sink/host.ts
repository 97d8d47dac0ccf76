import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { HostFacts } from '../measure/summary.js';

/** What a reader needs to know of the machine that a recording was made on. */
export function hostFacts(): HostFacts {
  const processors = cpus();
  return {
    hostname: hostname(),
    platform: platform(),
    arch: arch(),
    cpu_model: processors[0]?.model.trim() || null,
    cpu_count: processors.length,
    kernel: release(),
    memory_bytes: totalmem(),
    node: process.version,
  };
}
