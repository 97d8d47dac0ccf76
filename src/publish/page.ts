import type { PageMode } from '../draw/page-data.js';
import { pagePolicy, pageShell } from '../report/page-shell.js';
import { tool } from '../tool.js';
import type { ServedPage } from './server/page-shelf.js';

/** The page without anything of a recording, which it asks for with the token. */
export function servedPage(mode: Exclude<PageMode, 'file'>): (host: string) => ServedPage {
  return (host) => {
    // Not every browser takes a stream of the same host for 'self'.
    // A policy knows no IPv6 address: a browser would complain and ignore it.
    const connect = host.startsWith('[') ? "'self'" : `'self' ws://${host}`;
    const html = pageShell({
      document: {
        ...{ version: 1, mode, title: mode, runs: [] },
        tool: { name: tool.name, version: tool.version },
      },
      connect,
    });
    return { html, policy: pagePolicy(connect) };
  };
}
