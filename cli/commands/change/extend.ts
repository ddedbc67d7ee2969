import type { Command } from 'commander';
import { askStudy, changeVerb, numberOf } from '../../change-study';
import type { ChangeOptions } from '../../change-study';

interface ExtendOptions extends ChangeOptions {
  readonly minutes?: string;
  readonly trials?: string;
}

export function extend(program: Command): void {
  changeVerb(program, 'extend', 'add to what a study may spend')
    .option('--minutes <minutes>', 'device minutes more')
    .option('--trials <trials>', 'trials more')
    .action((name: string, options: ExtendOptions) => {
      const { minutes, trials } = options;
      const input = {
        ...(minutes !== undefined && { deviceMinutes: numberOf('--minutes', minutes) }),
        ...(trials !== undefined && { trials: numberOf('--trials', trials) }),
      };
      return askStudy(options, {
        name,
        change: 'extendBudget',
        input,
        said: ({ detail }) => `study ${name} may spend ${detail}`,
      });
    });
}
