import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** From the ground up; a file may import from its own level's own folder and from levels below. */
const levels: readonly (readonly string[])[] = [
  ['errors', 'units', 'text', 'clock', 'timer', 'stream', 'tool'],
  ['engine', 'draw'],
  ['board', 'measure'],
  ['compare', 'calibrate'],
  ['page'],
  ['schema'],
  ['file'],
  ['link', 'simulator', 'sink', 'capture', 'foreign'],
  ['trace'],
  ['source'],
  ['sensors'],
  ['session'],
  ['exec'],
  ['report'],
  ['comparison'],
  ['publish', 'grafana'],
  ['feeds'],
  ['agent'],
  ['cli'],
];
/** Pure: bytes and numbers in and out, no system and no packages. */
const pure = ['errors', 'units', 'text', 'stream', 'board', 'measure', 'compare', 'draw'];
/** Packages, and who alone may import them. */
const keepers: Readonly<Record<string, RegExp>> = {
  serialport: /^link\/(?:port\/serial-port|port\/port-list|stream\/stream-wire)\.ts$/,
  '@serialport/bindings-cpp': /^link\/port\/serial-port\.ts$/,
  koffi:
    /^(?:simulator\/port\/pseudo-terminal|link\/tty\/(?:system-calls|thread-priority)|file\/file-lock|exec\/start\/system|exec\/output\/descriptors|sensors\/nvml\/library)\.ts$/,
  '@resvg/resvg-js': /^report\/figure\/png\.ts$/,
  commander: /^cli\//,
  'mqtt/lib/client': /^feeds\/mqtt\/broker\/connection\.ts$/,
  ws: /^publish\/server\//,
  zod: /^schema\//,
  ...Object.fromEntries(
    ['cog', 'common', 'dashboard', 'prometheus', 'stat', 'table', 'timeseries', 'xychart'].map((part) => [
      `@grafana/grafana-foundation-sdk/${part}`,
      /^grafana\//,
    ]),
  ),
};

/** Every file of a folder, whatever it is written in, seen from `src`. */
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(src, join(entry.parentPath, entry.name)));
const everything = filesOf(src);
const files = everything.filter((file) => file.endsWith('.ts'));
const place = (file: string): string => file.replace(/\.ts$/, '').split('/')[0] as string;
const levelOf = (file: string): number => levels.findIndex((level) => level.includes(place(file)));

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import\(|require\()\s*'([^']+)'/g)].map((match) => match[1] as string);
}

/** What has to run before a file does: types are gone by then, and what it imports later comes later. */
function needsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\s(?!type\s)(?:([^;']*?)\sfrom\s+)?'(\.[^']+)'/gm)]
    .filter(([, names = '']) => !/^\{(?:\s*type\s[^,}]+,?)+\s*\}$/.test(names))
    .map(([, , specifier]) => within(file, specifier as string));
}

/** `file name` of all that is imported. Where a whole module is, whatever its importer says may be meant. */
function wanted(): ReadonlySet<string> {
  const importers = ['src', 'test', 'bench', 'docs', 'fixtures']
    .flatMap((folder) => filesOf(join(src, '..', folder)))
    .filter((file) => /\.(?:ts|m?js)$/.test(file) && !file.includes('/build/'));
  const imports = /(?:\{([^{}]*)\}\s*from|(?:import|require)\()\s*'(?:(\.[^']+)|#powerlog\/([^']+))\.js'/g;
  const names = new Set<string>();
  for (const importer of importers) {
    const text = readFileSync(join(src, importer), 'utf8');
    for (const [, clause = text, near, own] of text.matchAll(imports)) {
      const file = own ?? within(importer, near as string).replace('../dist/', '');
      for (const [name] of clause.matchAll(/\w+/g)) names.add(`${file}.ts ${name}`);
    }
  }
  return names;
}

const within = (file: string, specifier: string): string =>
  relative(src, normalize(join(src, dirname(file), specifier))).replace(/\.js$/, '.ts');

describe('the house', () => {
  it('has a level for every file', () => {
    expect(files.filter((file) => levelOf(file) < 0)).toEqual([]);
  });

  it('imports downward only', () => {
    const upward = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => within(file, specifier))
        .filter((target) => !target.startsWith('..'))
        .filter((target) => levelOf(target) > levelOf(file) || siblingLevel(file, target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  it('has no files that need each other to run', () => {
    const needs = new Map(files.map((file) => [file, needsOf(file)]));
    for (let before = -1; before !== needs.size; ) {
      before = needs.size;
      for (const [file, others] of needs) if (!others.some((other) => needs.has(other))) needs.delete(file);
    }
    expect([...needs.keys()]).toEqual([]);
  });

  it('exports nothing that no other file wants', () => {
    const names = wanted();
    // Wanted by what is built from them.
    const entries = /^(?:cli\/main|page\/plain-formats|engine\/assembly\/.*)\.ts$/;
    const declared = /^export (?:async )?(?:const|function\*?|class|interface|type) (\w+)/gm;
    const unwanted = files
      .filter((file) => !entries.test(file))
      .flatMap((file) =>
        [...readFileSync(join(src, file), 'utf8').matchAll(declared)].map(([, name]) => `${file} ${name}`),
      )
      .filter((name) => !names.has(name));
    expect(unwanted).toEqual([]);
  });

  it('has one way to be private', () => {
    const others = files.filter((file) =>
      /\b(?:private|protected) (?!constructor\b)/.test(
        readFileSync(join(src, file), 'utf8').replace(/\/[/*].*/g, ''),
      ),
    );
    expect(others).toEqual([]);
  });

  it('has files that hold one idea, and folders that one can look over', () => {
    const lines = (file: string) => readFileSync(join(src, file), 'utf8').split('\n').length - 1;
    expect(everything.filter((file) => lines(file) > 250)).toEqual([]);
    const members = (folder: string) => everything.filter((file) => dirname(file) === folder).length;
    const folders = [...new Set(everything.map((file) => dirname(file)))];
    expect(folders.filter((folder) => members(folder) > 12)).toEqual([]);
  });

  it('keeps the ground pure', () => {
    const impure = files
      .filter((file) => pure.includes(place(file)))
      .flatMap((file) =>
        importsOf(file)
          .filter((specifier) => !specifier.startsWith('.'))
          .map((specifier) => `${file} imports ${specifier}`),
      );
    expect(impure).toEqual([]);
  });

  it('keeps the page to what runs in a browser', () => {
    const fit =
      /^(?:page\/|draw\/|(?:units|text)\.ts|measure\/(?:honest-digits\.ts|uncertainty\.ts|stretch\/|tracks\/cover\.ts))/;
    const strays = files
      .filter((file) => place(file) === 'page')
      .flatMap((file) => importsOf(file).map((specifier) => [file, specifier] as const))
      .filter(([, specifier]) => specifier !== 'uplot')
      .filter(([file, specifier]) => !fit.test(within(file, specifier)))
      .map(([file, specifier]) => `${file} imports ${specifier}`);
    expect(strays).toEqual([]);
  });

  it('lets a package be imported by those alone whose business it is', () => {
    const strays = files.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => keepers[specifier] && !keepers[specifier].test(file))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(strays).toEqual([]);
  });

  it('bundles of zod what it uses, and lets it compile nothing', () => {
    // From `{ z }` a bundler can leave nothing out: it would bring zod's fifty languages to each start.
    const head = /^import '\.\/once\.js';\nimport \* as z from 'zod';$/m;
    const others = files
      .filter((file) => file !== 'schema/once.ts' && importsOf(file).includes('zod'))
      .filter((file) => !/^import type .* from 'zod';$/m.test(readFileSync(join(src, file), 'utf8')))
      .filter((file) => !head.test(readFileSync(join(src, file), 'utf8')));
    expect(others).toEqual([]);
  });
});

describe('a board', () => {
  it('is asked nothing but the requests of its table, by nobody but the link', () => {
    const writes = files.flatMap((file) =>
      [
        ...readFileSync(join(src, file), 'utf8').matchAll(
          /\b(?:wire|port|calls)\.write\(([\w.#]+(?:, [\w.#]+)*|Buffer\.from\(bytes\))\)/g,
        ),
      ].map((match) => `${file}: ${match[1]}`),
    );
    expect(writes.sort()).toEqual([
      'link/drive.ts: driven.request',
      'link/drive.ts: driven.request',
      'link/drive.ts: driven.request',
      'link/drive.ts: driven.request',
      'link/stream/stream-wire.ts: Buffer.from(bytes)',
      'link/tty/tty-wire.ts: this.#blocking, from, bytes.length',
    ]);
  });
});

/** Two folders of one level know nothing of each other, except on the ground and where bytes meet files. */
function siblingLevel(file: string, target: string): boolean {
  const level = levelOf(file);
  if (level === 0 || place(file) === place(target) || levelOf(target) !== level) return false;
  const allowed = ['measure board', 'capture sink'];
  return !allowed.includes(`${place(file)} ${place(target)}`);
}
