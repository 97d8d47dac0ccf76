import type { RailMap } from '../../measure/rail-map.js';
import type { Warning } from '../../stream/warning.js';

/** What of two maps is not the same, so that a component is not of the same rails in both. */
export function mapWarnings(a: RailMap, b: RailMap): Warning[] {
  const names = [...new Set([...Object.keys(a.components), ...Object.keys(b.components)])];
  const rails = ({ components }: RailMap, name: string) => components[name]?.join(' + ') || 'nothing';
  // Of one that was made again from rows, the rails are not known.
  const isKnown = (name: string) => [a, b].every(({ components }) => components[name]?.length !== 0);
  const differs = names
    .filter((name) => isKnown(name) && rails(a, name) !== rails(b, name))
    .map((name) => `${name} was ${rails(a, name)}, is ${rails(b, name)}`);
  const slot = ({ slot }: RailMap) => (slot ? `${slot.rail} fed by the ${slot.feed}` : 'none');
  if (slot(a) !== slot(b)) differs.push(`the slot's rail was ${slot(a)}, is ${slot(b)}`);
  if (differs.length === 0) return [];
  return [
    {
      code: 'other-map',
      message: `components are not made of the same rails (${differs.join('; ')}): part of the difference may be the map's`,
    },
  ];
}
