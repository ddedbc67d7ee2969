import type { Command } from 'commander';
import type { HParams } from '../../../workflows/words/trial';
import { askStudy, changeVerb } from '../../change-study';
import type { ChangeOptions } from '../../change-study';
import { CommandError } from '../../failure';

export function enqueue(program: Command): void {
  changeVerb(program, 'enqueue', 'have a sweep try a configuration of yours next')
    .argument('<stage>', 'id of the sweep, e.g. regularization-sweep')
    .argument('<values...>', 'hyperparameters of its space as name=value; the others are as the study stands')
    .action((name: string, stageId: string, values: readonly string[], options: ChangeOptions) =>
      askStudy(options, {
        name,
        change: 'enqueueTrial',
        input: { stageId, hparams: hparamsOf(values) },
        said: ({ detail }) => `study ${name} tries next in ${detail}`,
      }),
    );
}

/** Hyperparameters from `name=value` each; numbers and truth values are taken as such. @throws CommandError */
function hparamsOf(values: readonly string[]): HParams {
  const hparams: Record<string, number | string | boolean> = {};
  for (const text of values) {
    const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw wrong(`hyperparameters are written name=value, e.g. weightDecay=1e-4, got ${JSON.stringify(text)}`);
    if (Object.hasOwn(hparams, name)) throw wrong(`${name} is given twice`);
    hparams[name] = valueOf(value);
  }
  return hparams;
}

function valueOf(text: string): number | string | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isFinite(number) && text.trim() !== '' ? number : text;
}

const wrong = (message: string): CommandError => new CommandError(message, 'badInput', 'ChangeInvalid');
