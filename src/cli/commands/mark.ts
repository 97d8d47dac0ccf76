import { Command } from 'commander';
import { tell } from '../terminal/say.js';

const examples = `
Examples:
  $ powerlog mark begin "load data"        a phase begins
  $ powerlog mark end "load data"          and ends
  $ powerlog mark end train --count 500    after 500 steps
  $ powerlog mark saved                    an instant

Outside of \`powerlog exec\` it says so and does nothing else.`;

interface MarkOptions {
  readonly count?: string;
  readonly quiet?: true;
}

export function markCommand(): Command {
  return new Command('mark')
    .description('Mark a phase or an instant from a shell that `powerlog exec` started')
    .usage('[options] begin|end|point NAME | NAME')
    .argument('<words...>')
    .option('-c, --count <number>', 'how many steps, tokens, images, … it was')
    .option('-q, --quiet', 'say nothing outside of `powerlog exec`')
    .addHelpText('after', examples)
    .action(async (words: string[], options: MarkOptions) => {
      const { appendMark } = await import('../../exec/marks/mark.js');
      appendMark(words, options.count, (text) => {
        if (!options.quiet) tell(text);
      });
    });
}
