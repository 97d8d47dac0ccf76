import { Option } from 'commander';
import { isLoopback, loopback, type Place, parseListen } from '../publish/server/access.js';
import { checked } from './options.js';
import { print, tell } from './terminal/say.js';

/** Options of what serves a page. */
export interface ServeOptions {
  readonly listen?: Place;
  readonly open?: true;
}

export const listenOption = () =>
  new Option(
    '--listen <host:port>',
    'another address than 127.0.0.1: then other machines can reach the page, and need its token',
  ).argParser(checked(parseListen));

export const openOption = () => new Option('--open', 'open the page in the browser');

export const placeFrom = ({ listen = loopback }: ServeOptions): Place => listen;

/** Says where the page is, alone on a line of standard output, and shows it if that was asked for. */
export async function showAddress(url: string, options: ServeOptions): Promise<void> {
  if (!isLoopback(placeFrom(options)))
    tell(
      'other machines can reach this page; only who has the token in its address sees more than an empty one',
    );
  print(`${url}\n`);
  if (!options.open) return;
  const { openBrowser } = await import('../publish/open-browser.js');
  await openBrowser(url, () => tell('no browser could be opened; the address does it too'));
}
