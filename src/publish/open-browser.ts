import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { makeTemporaryFolder } from '../file/folder/temporary-folder.js';

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Shows an address in the browser of whoever sits here; where there is none, that is no reason to fail. The address holds the token, and
 * everybody may see command lines: what the browser is told to open is a file that leads there and is ours alone, as long as this process
 * is there.
 */
export async function openBrowser(url: string, onFailure: () => void): Promise<void> {
  try {
    const folder = await makeTemporaryFolder();
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'open.html');
    await writeFile(file, leadTo(url), { mode: 0o600, flag: 'wx' });
    const [program, ...words] = openers[process.platform] ?? ['xdg-open'];
    const child = spawn(program, [...words, pathToFileURL(file).href], { detached: true, stdio: 'ignore' });
    child.on('error', onFailure);
    child.on('exit', (code) => {
      if (code !== 0) onFailure();
    });
    child.unref();
  } catch {
    onFailure();
  }
}

/** Nothing in an address of ours ends an attribute. */
const leadTo = (url: string): string => `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url=${url}">
<title>powerlog</title>
<a href="${url}">powerlog</a>
`;
