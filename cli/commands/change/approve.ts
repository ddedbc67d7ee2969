import type { Command } from 'commander';
import { askStudy, changeVerb } from '../../change-study';
import type { ChangeOptions } from '../../change-study';

export function approve(program: Command): void {
  changeVerb(program, 'approve', 'let a stage begin whose use in the study says gate: approve')
    .argument('[stage]', 'id of the stage, also before its turn; by default the one that waits')
    .action((name: string, stageId: string | undefined, options: ChangeOptions) =>
      askStudy(options, {
        name,
        change: 'approve',
        input: stageId === undefined ? {} : { stageId },
        said: ({ detail }) => `study ${name}: ${detail}`,
      }),
    );
}
