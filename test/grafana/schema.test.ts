import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type Dashboard, dashboards, type Panel, type Target } from './dashboards.js';

type JsonSchema = { readonly definitions: Readonly<Record<string, unknown>> };

/** What is anything in Grafana's CUE has become any object in JSON Schema; the SDK itself puts texts and numbers there. */
const anything = (key: string, value: unknown): unknown =>
  /^(?:options|value)$/.test(key) &&
  JSON.stringify(value)?.startsWith('{"type":"object","additionalProperties":{}')
    ? {}
    : value;

/** A definition of Grafana's own schema (`fixtures/grafana-schema`). */
function schemaOf(part: string, definition: string): z.ZodType {
  const file = `fixtures/grafana-schema/${part}.jsonschema.json`;
  const whole = JSON.parse(readFileSync(file, 'utf8'), anything) as JsonSchema;
  return z.fromJSONSchema({ ...whole, $ref: `#/definitions/${definition}` } as Parameters<
    typeof z.fromJSONSchema
  >[0]);
}

const dashboard = schemaOf('dashboard', 'Dashboard');
const query = schemaOf('prometheus', 'Dataquery');
const options = Object.fromEntries(
  ['timeseries', 'stat', 'table', 'xychart'].map((type) => [type, schemaOf(type, 'Options')]),
);
const drawn = Object.fromEntries(
  ['timeseries', 'table', 'xychart'].map((type) => [type, schemaOf(type, 'FieldConfig')]),
);

/** What a dashboard has that the schema does not allow. */
function faults(made: Dashboard): readonly string[] {
  const found = (where: string, schema: z.ZodType, value: unknown): readonly string[] => {
    const { error } = schema.safeParse(value);
    return error ? [`${where}: ${z.prettifyError(error)}`] : [];
  };
  const ofPanel = ({ type, title, targets = [], ...panel }: Panel): readonly string[] => {
    if (type === 'row') return [];
    return [
      ...found(`${title}: options`, options[type]!, panel.options),
      ...(drawn[type]
        ? found(`${title}: field config`, drawn[type], panel.fieldConfig?.defaults.custom ?? {})
        : []),
      ...targets.flatMap((target) => found(`${title} ${target.refId}`, ...asked(target))),
    ];
  };
  return [...found('dashboard', dashboard, made), ...made.panels.flatMap(ofPanel)];
}

/** Grafana publishes no schema of its queries in InfluxQL. */
const influxQuery = z.strictObject({
  refId: z.string(),
  datasource: z.strictObject({ type: z.literal('influxdb'), uid: z.string() }),
  query: z.string(),
  rawQuery: z.literal(true),
  resultFormat: z.enum(['time_series', 'table']),
  alias: z.optional(z.string()),
});

const asked = (target: Target): [z.ZodType, Target] => [
  target.datasource.type === 'prometheus' ? query : influxQuery,
  target,
];

describe("Grafana's own schema", () => {
  it.each(Object.keys(dashboards))('allows all that %s has', (name) => {
    expect(faults(dashboards[name]!)).toEqual([]);
  });

  it('would not allow what it does not know', () => {
    const made = dashboards['victoriametrics-now']!;
    const [first, ...others] = made.panels;
    const spoilt = (change: object) => faults({ ...made, panels: [{ ...first!, ...change }, ...others] });
    expect(spoilt({ span: 12 })).toHaveLength(1);
    expect(spoilt({ options: { ...(first!.options as object), colorMode: 'loud' } })).toHaveLength(1);
    expect(spoilt({ targets: [{ ...first!.targets![0]!, format: 'rows' }] })).toHaveLength(1);
    expect(faults({ ...made, templating: { list: [{ type: 'list', name: 'a', query: '' }] } })).toHaveLength(
      1,
    );
  });

  it.each(Object.keys(dashboards))('%s has panels and queries with names of their own', (name) => {
    const { uid, panels } = dashboards[name]!;
    expect(uid).toMatch(/^[\w-]{8,40}$/);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { targets = [] } of panels)
      expect(new Set(targets.map(({ refId }) => refId)).size).toBe(targets.length);
  });
});
