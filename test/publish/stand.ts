import { onTestFinished } from 'vitest';
import { packMessage } from '#powerlog/draw/served.js';
import { loopback, type Place } from '#powerlog/publish/server/access.js';
import type { Published } from '#powerlog/publish/server/api.js';
import { PageServer, type PageServerOptions } from '#powerlog/publish/server/server.js';

/** Nothing to show. */
export const emptyPublished: Published = {
  document: () => ({
    ...{ version: 1, mode: 'view', title: '', runs: [], progress: [] },
    tool: { name: 'powerlog', version: '0' },
  }),
  piece: async () => null,
  measure: async () => null,
  greeting: () => packMessage({ kind: 'progress', runs: [] }),
};

export async function openServer(
  published: Published = emptyPublished,
  place: Place = loopback,
  page: PageServerOptions['page'] = () => ({ html: '<p>a page</p>', policy: "default-src 'none'" }),
): Promise<{ url: string; server: PageServer }> {
  const server = await PageServer.open({ place, page, published });
  onTestFinished(() => server.close({ until: 'answered', graceMs: 0 }));
  return { url: server.url, server };
}
