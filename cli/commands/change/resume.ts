import type { Command } from 'commander';
import { askStudy, changeVerb } from '../../change-study';
import type { ChangeOptions } from '../../change-study';

export function resume(program: Command): void {
  changeVerb(program, 'resume', 'have a paused study go on from where it was').action(
    (name: string, options: ChangeOptions) =>
      askStudy(options, {
        name,
        change: 'resume',
        input: {},
        said: () => `study ${name} goes on; see it with: stepwell watch ${name}`,
      }),
  );
}
