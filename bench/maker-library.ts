import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fromRoot } from './workshop.js';

/**
 * A Python that has the maker's library, for `peers/pycore_logger.py`: that of the virtual environment which `.ci/run` makes,
 * or the system's; undefined where there is none.
 */
export function makersPython(): string | undefined {
  const ownPython = fromRoot('.venv/bin/python3');
  return [ownPython, 'python3', '/usr/bin/python3'].find(
    (program) =>
      (program !== ownPython || existsSync(program)) &&
      spawnSync(program, ['-c', 'import benchlab_pycore, serial']).status === 0,
  );
}
