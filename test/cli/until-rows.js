// until-rows.js COUNT FILE… -- COMMAND ARGUMENTS…: runs a command until each file has so many rows, then interrupts it as
// Ctrl-C does, and ends as it does. Where a machine is busy, that takes as long as it takes.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { createGunzip } from 'node:zlib';

const words = process.argv.slice(2);
const [count, ...paths] = words.slice(0, words.indexOf('--'));
const [command, ...args] = words.slice(words.indexOf('--') + 1);

/** Takes what a file has got since it last looked. */
const look = (file) => {
  const bytes = Buffer.alloc(1 << 20);
  let fd;
  try {
    fd = openSync(file.path, 'r');
  } catch {
    return; // not made yet
  }
  for (;;) {
    const length = readSync(fd, bytes, 0, bytes.length, file.at);
    if (length === 0) break;
    file.at += length;
    file.take(Buffer.from(bytes.subarray(0, length)));
  }
  closeSync(fd);
};

const files = paths.map((path) => {
  rmSync(path, { force: true }); // of an earlier one
  const file = { path, at: 0, isEnough: false, take: undefined };
  let lines = 0;
  const takeText = (text) => {
    for (const byte of text) if (byte === 0x0a) lines++;
    file.isEnough ||= lines - 1 >= Number(count);
  };
  if (path.endsWith('.gz')) {
    const unzipped = createGunzip().on('data', takeText);
    file.take = (bytes) => unzipped.write(bytes);
  } else file.take = takeText;
  return file;
});

const child = spawn(command, args, { stdio: 'inherit' });
const looking = setInterval(() => {
  for (const file of files) look(file);
  if (!files.every(({ isEnough }) => isEnough)) return;
  clearInterval(looking);
  child.kill('SIGINT');
}, 50);
child.on('exit', (code, signal) => {
  clearInterval(looking);
  process.exitCode = code ?? 128 + constants.signals[signal];
});
