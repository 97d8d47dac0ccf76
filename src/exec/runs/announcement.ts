import type { CommandEvent, CommandLineEvent } from '../../stream/command-event.js';
import type { ExperimentPlan } from './experiment.js';

/** How much of a command line one event holds, in UTF-16 units of its JSON: a block of a capture takes it in any script. */
const unitsPerEvent = 1 << 20;

/** What stands in front of the first sample: what is going to be run, and how often. */
export function announcement({ commands, runs, warmups, baseline }: ExperimentPlan): CommandEvent[] {
  const idlePowerW = baseline.kind === 'known' ? baseline.powerW : null;
  return [
    { type: 'experiment', atNs: 0, commands: commands.length, runs, warmups, idlePowerW },
    ...commands.flatMap(({ argv }, command) => commandLine(command, argv)),
  ];
}

function commandLine(command: number, argv: readonly string[]): CommandLineEvent[] {
  const events: (CommandLineEvent & { readonly argv: string[] })[] = [];
  let room = 0;
  for (const argument of argv) {
    const units = JSON.stringify(argument).length;
    if (events.length === 0 || units > room) {
      events.push({ type: 'command', atNs: 0, command, argv: [] });
      room = unitsPerEvent;
    }
    events.at(-1)!.argv.push(argument);
    room -= units;
  }
  return events;
}
