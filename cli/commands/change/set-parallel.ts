import type { Command } from 'commander';
import { askStudy, changeVerb, numberOf } from '../../change-study';
import type { ChangeOptions } from '../../change-study';

export function setParallel(program: Command): void {
  changeVerb(program, 'set-parallel', 'run so many trials at a time from now on; none that runs is stopped for it')
    .argument('<trials>', 'trials at a time')
    .action((name: string, trials: string, options: ChangeOptions) =>
      askStudy(options, {
        name,
        change: 'setParallelTrials',
        input: { parallelTrials: numberOf('trials', trials) },
        said: ({ detail }) => `study ${name} runs ${detail}`,
      }),
    );
}
