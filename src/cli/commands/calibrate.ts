import { Command } from 'commander';
import { usageError } from '../../errors.js';
import {
  type CalibrateOptions,
  railOption,
  referenceAccuracyOption,
  referenceOption,
  sampleOption,
} from '../calibrate/calibrate-options.js';
import { linkOption, onePortOption, outputOption } from '../options.js';

export function calibrateCommand(): Command {
  return new Command('calibrate')
    .description('Hold a rail of a board against a reference, and keep what it is off by in a file')
    .addOption(onePortOption())
    .addOption(railOption())
    .addOption(
      outputOption(
        '-o, --out <file>',
        'NAME.cal.json; a rail is added to a file that is of the same board',
      ).makeOptionMandatory(),
    )
    .addOption(referenceAccuracyOption())
    .addOption(referenceOption())
    .option('--zero', 'begin with nothing connected to the rail: that its current is 0 needs no meter')
    .addOption(sampleOption())
    .option('--points <file>', 'a CSV with what the meter showed, instead of typing it: see below')
    .option('--recording <file.plog>', 'a capture, in which --points says when the meter showed what')
    .addOption(linkOption())
    .option('-f, --force', 'do a rail again that the file holds already')
    .addHelpText(
      'after',
      `
Set a load, wait until the meter stands still, type what it shows (11.987 V 8.02 A; volts, amperes or both; all digits, since they
say how finely it reads), and leave the load alone until the board has been sampled. An empty line ends. Lines may come through a
pipe too. Five loads from little to much, and the zero, tell most. Nothing is ever written to the board: --calibration of record,
exec, live, replay and report applies the file.

The points file: with --recording from_s,to_s,voltage_v,current_a; without it what the board said, as board_voltage_v,
board_current_a,voltage_v,current_a. Cells may be empty; a current_a of zero is nothing connected.

Examples:
  $ powerlog calibrate --rail eps1 --zero --reference-accuracy 0.1%,0.8% --reference 'Fluke 87V' --out bench.cal.json
  $ powerlog calibrate --rail hpwr1 --reference-accuracy 0.5% --out bench.cal.json      a second rail, into the same file
  $ powerlog calibrate --rail eps1 --recording loads.plog --points loads.csv --reference-accuracy 0.5% --out bench.cal.json
  $ powerlog calibrate --port sim:miscalibrated=eps1:1.02:50mA --rail eps1 --reference-accuracy 0% --out try.cal.json`,
    )
    .action(async (options: CalibrateOptions) => {
      if (options.recording !== undefined && options.points === undefined)
        throw usageError('--recording needs --points: a CSV that says when the meter showed what');
      if (options.points !== undefined && options.zero)
        throw usageError(
          "--zero is asked for at the bench; in a points file, 'zero' as current_a says the same",
        );
      const { calibrate } = await import('../calibrate/calibrate.js');
      process.exitCode = await calibrate(options);
    });
}
