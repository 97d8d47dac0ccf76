/** One number of a family, and whose it is. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What Prometheus calls a metric family, without the suffix that its type gives to its samples. */
export interface Family {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'info';
  /** Which the name ends in. */
  readonly unit?: string;
  readonly help: string;
  readonly points: readonly Point[];
}

export interface Format {
  readonly contentType: string;
  write(families: readonly Family[]): string;
}

const suffixes: Readonly<Record<Family['type'], string>> = { gauge: '', counter: '_total', info: '_info' };

/** The text of OpenMetrics 1.0. */
export const openMetrics: Format = {
  contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  write: (families) => {
    const texts = families.map(({ name, type, unit, help, points }) =>
      [
        `# TYPE ${name} ${type}\n`,
        ...(unit === undefined ? [] : [`# UNIT ${name} ${unit}\n`]),
        `# HELP ${name} ${escaped(help)}\n`,
        ...points.map((point) => line(name + suffixes[type], point)),
      ].join(''),
    );
    return `${texts.join('')}# EOF\n`;
  },
};

/** The text format that was before it, which knows no info and no unit. */
export const plainText: Format = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  write: (families) =>
    families
      .filter(({ points }) => points.length > 0)
      .map(({ name, type, help, points }) => {
        const full = name + suffixes[type];
        const head = `# HELP ${full} ${help}\n# TYPE ${full} ${type === 'info' ? 'gauge' : type}\n`;
        return head + points.map((point) => line(full, point)).join('');
      })
      .join(''),
};

/** What a client that sends this `Accept` is given: OpenMetrics where it is wanted at least as much as plain text. */
export function formatFor(accept: string | undefined): Format {
  const ranges = (accept ?? '').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const parameter = (name: string) =>
      parameters.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1);
    return { type, version: parameter('version') ?? null, q: Number(parameter('q') ?? 1) };
  });
  const weight = (isIt: (range: (typeof ranges)[number]) => boolean): number =>
    Math.max(0, ...ranges.filter(isIt).map(({ q }) => q || 0));
  const open = weight(
    ({ type, version }) =>
      type === 'application/openmetrics-text' && (version === null || /^(?:0\.0\.1|1\.0\.0)$/.test(version)),
  );
  const plain = weight(({ type }) => type === 'text/plain');
  return open > 0 && open >= plain ? openMetrics : plainText;
}

function line(name: string, { labels, value }: Point): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`;
}

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
