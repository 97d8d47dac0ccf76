/** A wait that can be cut short. */
export class Nap {
  wake = (): void => {};

  /** Over after so long, or when somebody wakes it. @param ms for ever where null */
  take(ms: number | null): Promise<void> {
    return new Promise((resolve) => {
      const timer = ms === null ? undefined : setTimeout(() => this.wake(), ms);
      this.wake = () => {
        clearTimeout(timer);
        this.wake = () => {};
        resolve();
      };
    });
  }
}
