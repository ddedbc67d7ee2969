import type { Command } from 'commander';
import { askStudy, changeVerb } from '../../change-study';
import type { ChangeOptions } from '../../change-study';

export function skip(program: Command): void {
  changeVerb(program, 'skip', 'leave a stage out, or end it without its answer: the study goes on as it stood')
    .argument('<stage>', 'id of the stage, e.g. lr-retest')
    .action((name: string, stageId: string, options: ChangeOptions) =>
      askStudy(options, {
        name,
        change: 'skipStage',
        input: { stageId },
        said: ({ detail }) => `study ${name} skips ${detail}`,
      }),
    );
}
