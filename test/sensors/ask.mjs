// Reads one kind of sensor a few times, as its process does, and prints what came as JSON: ask.mjs KIND[:WAY] READINGS
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const { kindOf } = require('../../dist/sensors/kinds.js');
const { SensorPrograms, killAll } = require('../../dist/sensors/programs/programs.js');

const [, , choice, readings] = process.argv;
const [kind, argument = ''] = choice.split(':');
const told = [];
const rows = [];
const environment = {
  argument,
  sysfs: process.env.POWERLOG_SYS ?? '/sys',
  intervalMs: process.env.INTERVAL_MS === 'none' ? null : Number(process.env.INTERVAL_MS ?? 20),
  thorough: process.env.THOROUGH === '1',
  known: JSON.parse(process.env.KNOWN ?? '[]'),
  programs: new SensorPrograms(),
  tell: (code, message) => told.push(`${code} ${message}`),
};

const cells = (values) => [...values].map((value) => (Number.isNaN(value) ? null : value));

try {
  const reader = await kindOf(kind).open(environment);
  if ('listen' in reader)
    await new Promise((resolve) => {
      reader.listen((values) => {
        if (rows.push(cells(values)) === Number(readings)) resolve();
      });
    });
  else
    while (rows.length < Number(readings)) {
      const values = new Float64Array(reader.columns.length).fill(Number.NaN);
      try {
        await reader.read(values);
        rows.push(cells(values));
      } catch (error) {
        rows.push(`${error.code} ${error.message}`);
      }
    }
  await reader.close();
  const { identity, columns } = reader;
  console.log(JSON.stringify({ identity, columns, rows, told }));
} catch (error) {
  console.log(JSON.stringify({ trouble: `${error.code} ${error.message}`, told }));
}
killAll();
process.exit();
