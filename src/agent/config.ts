import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { boards } from '../board/catalogue.js';
import { attempt, usageError } from '../errors.js';
import { type JsonWords, readJsonFile } from '../file/json-file.js';
import { type AgentConfig, agentConfigSchema } from '../schema/agent-config.js';
import { issueText } from '../schema/json/issue-text.js';
import { isSimulator } from '../simulator/port/port-name.js';

const words: JsonWords = { what: 'the configuration', instead: 'docs/agent.md shows one' };

/**
 * Reads the agent's configuration. Its paths are relative to the file itself. Import this file lazily: it loads zod.
 * @throws UserError (usage) that names the place in the file and what is expected there
 */
export function readAgentConfig(file: string): AgentConfig {
  const parsed = agentConfigSchema.safeParse(readJsonFile(file, words, usageError).value);
  if (!parsed.success) throw usageError(`${file}: ${issueText(parsed.error)}`);
  const config = parsed.data;
  const { map, captures, influx, listen, ports } = config;
  const place = (path: string): string => resolve(dirname(file), path);
  const from = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : place(path);
  if (influx && influx.spool === undefined && !captures)
    throw usageError(
      `${file}: influx.spool: expected a folder for what cannot be sent yet, since there is none for captures`,
    );
  refuseUnknownSlot(file, config, place);
  const beside = captures && join(captures.folder, 'agent.spool');
  return {
    ...config,
    // A port may be the name of a file that lies there, such as a capture.
    ports: ports.map((port) => (existsSync(place(port)) ? place(port) : port)),
    map: from(map),
    captures: captures && { ...captures, folder: from(captures.folder)! },
    influx: influx && {
      ...{ ...influx, token_file: from(influx.token_file), spool: from(influx.spool ?? beside) },
    },
    listen: { ...listen, token_file: from(listen.token_file) },
  };
}

/**
 * A board may be long in coming, and a slot that none has would only show then. A capture and a simulator are there at once and may be a
 * board of the user's own, and with a map a PowerSensor3 may have a slot, on a rail called as its user likes.
 * @throws UserError (usage)
 */
function refuseUnknownSlot(
  file: string,
  { slot, map, ports }: AgentConfig,
  place: (path: string) => string,
): void {
  const isThere = (port: string) =>
    isSimulator(port) || attempt(() => statSync(place(port)).isFile()) === true;
  if (slot === undefined || map !== undefined || ports.some(isThere)) return;
  const rails = new Set(
    boards.flatMap((board) => board.rails.map(({ name }) => name)).filter((name) => name.startsWith('pcie')),
  );
  if (!rails.has(slot))
    throw usageError(
      `${file}: slot: no board has a PCIe rail '${slot}'; expected one of ${[...rails].join(', ')}`,
    );
}
