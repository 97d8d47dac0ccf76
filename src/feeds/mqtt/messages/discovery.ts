import type { BoardIdentity } from '../../../stream/recording-header.js';
import { tool } from '../../../tool.js';
import { type BoardTopics, topicLevel } from './topics.js';

interface DiscoveryOptions {
  /** What Home Assistant listens below. */
  readonly prefix: string;
  readonly host: string;
  /** As the topics call it. */
  readonly board: string;
  readonly identity: BoardIdentity;
  readonly topics: BoardTopics;
  /** Components with a power. */
  readonly components: readonly string[];
}

/**
 * What Home Assistant wants to know to show a board's power and energy by itself: one sensor a message, as its documentation of
 * MQTT discovery has it. Where the board has an id of its own, it keeps its sensors on whatever host it is.
 */
export function discoveryMessages(options: DiscoveryOptions): { topic: string; payload: string }[] {
  const { prefix, host, board, identity, topics, components } = options;
  const id = `powerlog_${plain(identity.uid ?? `${host}_${board}`)}`;
  const shared = {
    state_topic: topics.latest,
    availability_topic: topics.state,
    availability_template: "{{ 'online' if value == 'recording' else 'offline' }}",
    payload_available: 'online',
    payload_not_available: 'offline',
    device: {
      identifiers: [id],
      name: identity.name ?? `${identity.product} at ${host}`,
      model: identity.product,
      ...(identity.uid !== null && { serial_number: identity.uid }),
      ...(identity.firmware !== null && { sw_version: String(identity.firmware) }),
    },
    origin: { name: tool.name, sw_version: tool.version },
  };
  return components.flatMap((component) => {
    const sensor = (what: string, config: object) => {
      const unique_id = `${id}_${plain(component)}_${what}`;
      const payload = JSON.stringify({ name: `${component} ${what}`, unique_id, ...config, ...shared });
      return { topic: `${prefix}/sensor/${unique_id}/config`, payload };
    };
    return [
      sensor('power', {
        ...{ device_class: 'power', state_class: 'measurement', unit_of_measurement: 'W' },
        ...{ value_template: `{{ value_json.${component}_power_w }}`, suggested_display_precision: 1 },
      }),
      // Home Assistant's energies are Wh and larger; a new recording begins at 0, which it knows a total may do.
      sensor('energy', {
        ...{ device_class: 'energy', state_class: 'total_increasing', unit_of_measurement: 'Wh' },
        ...{ value_template: `{{ (value_json.${component}_energy_j / 3600) | round(6) }}` },
        suggested_display_precision: 3,
      }),
    ];
  });
}

/** Of letters, digits, _ and -, as identifiers there are. */
const plain = (text: string): string => topicLevel(text).replace(/[^\w-]/g, '_');
