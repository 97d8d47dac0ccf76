import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errorText, systemErrorCode, usageError } from '../errors.js';
import { type AgentConfig, agentConfigSchema } from '../schema/agent-config.js';
import { issueText } from '../schema/json/issue-text.js';
import { parseStrictJson } from '../schema/json/strict-json.js';

/**
 * Reads the agent's configuration. Its paths are relative to the file itself. Import this file lazily: it loads zod.
 * @throws UserError (usage) that names the place in the file and what is expected there
 */
export function readAgentConfig(file: string): AgentConfig {
  const parsed = agentConfigSchema.safeParse(parse(file, contents(file)));
  if (!parsed.success) throw usageError(`${file}: ${issueText(parsed.error)}`);
  const config = parsed.data;
  const { map, captures, influx, listen } = config;
  const from = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(dirname(file), path);
  if (influx && influx.spool === undefined && !captures)
    throw usageError(
      `${file}: influx.spool: expected a folder for what cannot be sent yet, since there is none for captures`,
    );
  const beside = captures && join(captures.folder, 'agent.spool');
  return {
    ...config,
    map: from(map),
    captures: captures && { ...captures, folder: from(captures.folder)! },
    influx: influx && {
      ...{ ...influx, token_file: from(influx.token_file), spool: from(influx.spool ?? beside) },
    },
    listen: { ...listen, token_file: from(listen.token_file) },
  };
}

function contents(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const why = systemErrorCode(error) === 'ENOENT' ? 'no such file' : errorText(error);
    throw usageError(`${file}: the configuration cannot be read: ${why}`);
  }
}

function parse(file: string, json: Uint8Array): unknown {
  try {
    return parseStrictJson(json);
  } catch (error) {
    const what = errorText(error).split('\n')[0];
    throw usageError(
      error instanceof SyntaxError
        ? `${file}: not JSON (${what}); docs/agent.md shows one`
        : `${file}: ${what}`,
    );
  }
}
