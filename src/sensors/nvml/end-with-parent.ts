/** Linux: PR_SET_PDEATHSIG. */
const setParentDeathSignal = 1;
const sigkill = 9;

/**
 * Has the kernel end this process when the one that started it has ended. While a call into a driver hangs nothing here would hear
 * of that, and such a process would stay for good. Elsewhere than on Linux nothing is done.
 */
export function endWithParent(koffi: typeof import('koffi')): void {
  if (process.platform !== 'linux') return;
  const parent = process.ppid;
  const prctl = koffi
    .load(null)
    .func('int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)');
  prctl(setParentDeathSignal, sigkill, 0, 0, 0);
  // It ended before the kernel knew.
  if (process.ppid !== parent) process.exit();
}
