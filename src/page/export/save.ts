import { element } from '../dom.js';

/** Has the browser keep it as a file. */
export function save(contents: Blob, name: string): void {
  const address = URL.createObjectURL(contents);
  element('a', { href: address, download: name }).click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
