/**
 * The verbs that change a study while it runs: a row each. `cancel`, which ends it, is beside.
 *
 * @module
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { observeStudy } from '../../workers/client';
import type { StudyClient } from '../../workers/client';
import { finiteNumber, hparamsOf } from '../arguments';
import { askStudy } from '../change-study';
import type { AskedChange, ChangeOptions } from '../change-study';
import { folderOption } from '../folder-option';
import { unlessInterrupted } from '../interrupt';
import type { Interrupt } from '../interrupt';

const LOOK_EVERY_MILLISECONDS = 250;

interface ExtendOptions extends ChangeOptions {
  readonly minutes?: string;
  readonly trials?: string;
}

export const CHANGE_VERBS = [
  verb({
    name: 'pause',
    description:
      'have running trials write checkpoints and free their devices, until stepwell resume: minutes or weeks',
    ask: (study) => ({
      change: 'pause',
      input: {},
      then: (client, interrupt) => devicesAreFree(client, study, interrupt),
      answer: () => `study ${study} is paused and its devices are free; go on with: stepwell resume ${study}`,
    }),
  }),
  verb({
    name: 'resume',
    description: 'have a paused study go on from where it was',
    ask: (study) => ({
      change: 'resume',
      input: {},
      answer: () => `study ${study} goes on; see it with: stepwell watch ${study}`,
    }),
  }),
  verb({
    name: 'approve',
    description: 'let a stage begin whose use in the study says gate: approve',
    parameters: [['[stage]', 'id of the stage, also before its turn; by default the one that waits']],
    ask: (study, _options, stageId?: string) => ({
      change: 'approve',
      input: stageId === undefined ? {} : { stageId },
      answer: ({ detail }) => `study ${study}: ${detail}`,
    }),
  }),
  verb({
    name: 'skip',
    description: 'leave a stage out, or end it without its answer: the study goes on as it stood',
    parameters: [['<stage>', 'id of the stage, e.g. lr-retest']],
    ask: (study, _options, stageId: string) => ({
      change: 'skipStage',
      input: { stageId },
      answer: ({ detail }) => `study ${study} skips ${detail}`,
    }),
  }),
  verb({
    name: 'enqueue',
    description: 'have a sweep try a configuration of yours next',
    parameters: [
      ['<stage>', 'id of the sweep, e.g. regularization-sweep'],
      ['<values...>', 'hyperparameters of its space as name=value; the others are as the study stands'],
    ],
    ask: (study, _options, stageId: string, values: readonly string[]) => ({
      change: 'enqueueTrial',
      input: { stageId, hparams: hparamsOf(values) },
      answer: ({ detail }) => `study ${study} tries next in ${detail}`,
    }),
  }),
  verb({
    name: 'set-parallel',
    description: 'run so many trials at a time from now on; none that runs is stopped for it',
    parameters: [['<trials>', 'trials at a time']],
    ask: (study, _options, trials: string) => ({
      change: 'setParallelTrials',
      input: { parallelTrials: finiteNumber('trials', trials) },
      answer: ({ detail }) => `study ${study} runs ${detail}`,
    }),
  }),
  verb({
    name: 'extend',
    description: 'add to what a study may spend',
    options: [
      ['--minutes <minutes>', 'device minutes more'],
      ['--trials <trials>', 'trials more'],
    ],
    ask: (study, { minutes, trials }: ExtendOptions) => ({
      change: 'extendBudget',
      input: {
        ...(minutes !== undefined && { deviceMinutes: finiteNumber('--minutes', minutes) }),
        ...(trials !== undefined && { trials: finiteNumber('--trials', trials) }),
      },
      answer: ({ detail }) => `study ${study} may spend ${detail}`,
    }),
  }),
] as const;

interface ChangeVerb<Options extends ChangeOptions, Parameters extends readonly unknown[]> {
  readonly name: string;
  readonly description: string;
  /** After the study's name: what they look like in a usage line, and what they mean. */
  readonly parameters?: readonly (readonly [usage: string, description: string])[];
  /** Besides those that all these verbs have. */
  readonly options?: readonly (readonly [flags: string, description: string])[];
  readonly ask: (study: string, options: Options, ...parameters: Parameters) => AskedChange;
}

function verb<Options extends ChangeOptions, Parameters extends readonly unknown[]>({
  name,
  description,
  parameters = [],
  options = [],
  ask,
}: ChangeVerb<Options, Parameters>): (program: Command) => void {
  return (program) => {
    const command = program
      .command(name)
      .description(description)
      .argument('<name>', 'name of the study')
      .option('--json', 'print what it came to as JSON')
      .addOption(folderOption());
    for (const [usage, text] of parameters) command.argument(usage, text);
    for (const [flags, text] of options) command.option(flags, text);
    command.action(async () => {
      const [study, ...given] = command.processedArgs as [string, ...Parameters];
      const chosen = command.opts<Options>();
      await askStudy(study, chosen, ask(study, chosen, ...given));
    });
  };
}

/** Waits until the last trial has written its checkpoint; or until the study ends or somebody else has it go on. */
async function devicesAreFree(client: StudyClient, name: string, interrupt: Interrupt): Promise<void> {
  const look = observeStudy(client, name);
  for (;;) {
    const { trials, status, progress } = await unlessInterrupted(interrupt, look());
    const last = progress?.changes.at(-1)?.what;
    if (trials.length === 0 || status !== 'RUNNING' || last === 'resume' || last === 'cancel') return;
    await unlessInterrupted(interrupt, delay(LOOK_EVERY_MILLISECONDS));
  }
}
