import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { scratch } from '../capture/samples.js';
import { words } from '../cli/run.js';
import { addressOf } from './client.js';
import { start } from './started.js';

describe.runIf(process.platform === 'linux')('--open', () => {
  it('shows the page without the token on a command line, by a file of our own that goes with us', async () => {
    const folder = scratch();
    const [opener, said] = [join(folder, 'xdg-open'), join(folder, 'said')];
    const script = `#!/bin/sh
file=\${1#file://}
{ printf '%s\\n' "$*"; stat -c %a "$file" "\${file%/*}"; cat "$file"; } >${said}.new
mv ${said}.new ${said}
`;
    writeFileSync(opener, script);
    chmodSync(opener, 0o755);
    const live = start(words`live --port sim:constant --open`, 'stdout', {
      PATH: `${folder}:${process.env.PATH}`,
    });
    const url = await live.url;
    while (!existsSync(said)) await new Promise((resolve) => setTimeout(resolve, 20));
    const [asked, mode, folderMode, ...html] = readFileSync(said, 'utf8').split('\n');
    expect(asked).toMatch(/^file:\/\/\/\S+\.html$/);
    expect(asked).not.toContain(addressOf(url).token);
    expect([mode, folderMode]).toEqual(['600', '700']);
    expect(html.join('\n')).toContain(`content="0; url=${url}"`);
    expect(await live.stop()).toBe(0);
    expect(existsSync(fileURLToPath(asked!))).toBe(false);
    expect(live.err()).not.toContain('no browser');
  });

  it('says where there is no browser, which is no reason to fail', async () => {
    const live = start(words`live --port sim:constant --open`, 'stdout', { PATH: scratch() });
    await live.url;
    while (!live.err().includes('no browser could be opened'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await live.stop()).toBe(0);
  });
});
