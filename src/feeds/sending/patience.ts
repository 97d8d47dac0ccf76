/**
 * Resolves when a spool has nothing left to send, or nothing has been taken for so long.
 * @param lastMs when something was taken last, ms of the monotonic clock
 * @param onIdle is given what is to be called when nothing is left
 */
export async function patience(
  graceMs: number,
  lastMs: () => number,
  onIdle: (resolve: () => void) => void,
): Promise<void> {
  const fromMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const leftMs = graceMs - (performance.now() - Math.max(lastMs(), fromMs));
      if (leftMs <= 0) resolve();
      else timer = setTimeout(look, Math.max(leftMs, 1));
    };
    look();
    onIdle(resolve);
  });
  clearTimeout(timer);
}
