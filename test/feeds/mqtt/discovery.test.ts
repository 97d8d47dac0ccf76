import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scratch } from '../../capture/samples.js';
import { words } from '../../cli/run.js';
import { mosquitto, needs } from '../../parts.js';
import { Program } from '../program.js';
import { Broker, Listener } from './broker.js';

/** What home-assistant.io documents for a sensor of MQTT; what it does not know there, it refuses. */
const sensorKeys = `automation availability availability_mode availability_template availability_topic
  default_entity_id device device_class enabled_by_default encoding entity_category entity_picture expire_after
  force_update icon json_attributes_template json_attributes_topic last_reset_value_template name object_id options origin
  payload_available payload_not_available platform qos state_class state_topic suggested_display_precision unique_id
  unit_of_measurement value_template`.split(/\s+/);
const deviceKeys = `configuration_url connections hw_version identifiers manufacturer model model_id name
  serial_number suggested_area sw_version via_device`.split(/\s+/);
const originKeys = ['name', 'sw_version', 'support_url'];

/** Of the templates that we use: a value of the JSON, by a number where one stands there. */
function rendered(template: string, json: Record<string, number>): number {
  const match = /^\{\{ \(?value_json\.(\w+)(?: \/ (\d+)\) \| round\(\d\))? \}\}$/.exec(template);
  if (!match) throw new Error(`not a template that is known here: ${template}`);
  return json[match[1]!]! / Number(match[2] ?? 1);
}

it.each([
  ['--mqtt-discovery', 'homeassistant', (url: string) => [url, '--mqtt-discovery']],
  ['--mqtt-discovery PREFIX', 'ha', (url: string) => [url, '--mqtt-discovery', 'ha']],
  ['?discovery=PREFIX', 'lab/ha', (url: string) => [`${url}?discovery=lab/ha`]],
])(
  'Home Assistant is told of a board by %s, as it documents it',
  needs(mosquitto),
  async (_, prefix, words_) => {
    const broker = await Broker.open();
    const out = join(scratch(), 'run.csv');
    const feed = [...words`--mqtt-interval 50ms --out ${out}`, '--mqtt', ...words_(broker.url)];
    const listener = await Listener.open(broker.url);
    const run = new Program(words`record --port sim:constant ${feed}`);
    await listener.hears('latest', () => true);
    expect(await run.end(), run.said).toBe(0);
    const later = await Listener.open(broker.url);
    await later.hearsAll();
    const latest = later.objects('latest')[0]!;
    const configs = later.heard.filter(({ topic }) => topic.startsWith(`${prefix}/`));
    const sensors = configs.map(({ topic, text, isRetained }) => {
      const config = JSON.parse(text);
      expect(isRetained).toBe(true);
      expect(topic).toBe(`${prefix}/sensor/${config.unique_id}/config`);
      expect(topic.slice(prefix.length)).toMatch(/^\/sensor\/[\w-]+\/config$/);
      expect(Object.keys(config).filter((key) => !sensorKeys.includes(key))).toEqual([]);
      expect(Object.keys(config.device).filter((key) => !deviceKeys.includes(key))).toEqual([]);
      expect(Object.keys(config.origin).filter((key) => !originKeys.includes(key))).toEqual([]);
      expect(later.heard.map((each) => each.topic)).toEqual(
        expect.arrayContaining([config.state_topic, config.availability_topic]),
      );
      const { name, device_class, state_class, unit_of_measurement, value_template } = config;
      return [name, device_class, state_class, unit_of_measurement, rendered(value_template, latest)];
    });
    const ofComponent = (name: string, powerW: number) => [
      [`${name} power`, 'power', 'measurement', 'W', powerW],
      [`${name} energy`, 'energy', 'total_increasing', 'Wh', latest[`${name}_energy_j`]! / 3600],
    ];
    expect(sensors).toEqual(
      [
        ['system', 400] as const,
        ['cpu', 60] as const,
        ['gpu', 300] as const,
        ['motherboard', 40] as const,
      ].flatMap(([name, powerW]) => ofComponent(name, powerW)),
    );
    expect(new Set(configs.map(({ topic }) => topic)).size).toBe(8);
  },
);
