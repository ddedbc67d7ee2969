/**
 * A study's plan for people.
 *
 * @module
 */
import { counted, formatCount, formatElapsed, formatPlain } from '../activities/wording/numbers';
import { sumOf } from '../workflows/planning/simulate';
import type { PlanCost, PlannedStage, StudyPlan } from '../workflows/planning/simulate';
import { hparamText } from './format';
import { columns } from './output';

export interface PlanTextOptions {
  /** List every trial. */
  readonly trials: boolean;
  /** Measured on the device that will train; without it, time is not guessed. */
  readonly imagesPerSecond: number | undefined;
  readonly parallelTrials: number;
}

/** The stages as a table: what is expected, and the most that each can take. */
export function planText(name: string, { stages, expected, atMost }: StudyPlan, options: PlanTextOptions): string {
  const rows = stages.map((stage) => [
    stage.stageId,
    stage.question,
    ...costCells(sumOf(stage.trials), options),
    atMostText(stage.atMost),
  ]);
  const header = [
    'stage',
    'question',
    'trials',
    'steps',
    'examples',
    ...(options.imagesPerSecond === undefined ? [] : ['device time']),
    'at most',
  ];
  const sections = [
    `plan of ${name}`,
    columns([header, ...rows, ['all', '', ...costCells(expected, options), atMostText(atMost)]]),
    ...stages.flatMap(({ stageId, inserted }) => (inserted === undefined ? [] : [`${stageId} is put in: ${inserted}`])),
    ...stages.flatMap(({ stageId, gate }) =>
      gate === undefined ? [] : [`before ${stageId} the study waits for: stepwell approve ${name}`],
    ),
    ...(options.trials ? stages.map(trialsText) : []),
    footnote(expected, options),
  ];
  return sections.join('\n\n');
}

function costCells({ trials, steps, examples }: PlanCost, { imagesPerSecond }: PlanTextOptions): readonly string[] {
  const time = imagesPerSecond === undefined ? [] : [formatElapsed(examples / imagesPerSecond)];
  return [formatCount(trials), formatCount(steps), formatCount(examples), ...time];
}

function atMostText({ trials, examples }: PlanCost): string {
  return `${counted(trials, 'trial')}, ${counted(examples, 'example')}`;
}

function trialsText({ stageId, trials }: PlannedStage): string {
  const rows = trials.map(({ trialId, label, changes, batchSize, steps, epochs }) => {
    const changed = Object.entries(changes).map(hparamText).join(', ');
    return [
      `  ${trialId}`,
      label,
      `batch ${batchSize}`,
      counted(steps, 'step'),
      `${formatPlain(epochs)} epochs`,
      changed,
    ];
  });
  return `${stageId}\n${rows.length === 0 ? '  no trial' : columns(rows)}`;
}

function footnote({ examples }: PlanCost, { imagesPerSecond, parallelTrials }: PlanTextOptions): string {
  const example =
    'trials are those that run if all goes as the textbooks say; which of them run depends on how earlier ones end';
  if (imagesPerSecond === undefined) return `${example}\nfor device time, give a measured rate: --images-per-second`;
  const shared =
    parallelTrials === 1 ? '' : `; ${parallelTrials} trials at a time, where the devices allow it, make it shorter`;
  return `${example}\ndevice time is for training at ${formatPlain(imagesPerSecond)} images a second, evaluations left out: ${formatElapsed(examples / imagesPerSecond)} in all${shared}`;
}
