import { batchSizesOf } from '../../trials/batch-growth';
import { numericHParam } from '../../trials/hparams';
import { deriveSeed } from '../../search/random';
import type { Trial, TrialSpec } from '../../words/trial';
import { OPTIMIZER_FAMILIES } from '../optimizer-family';
import type { StageContext } from '../stage';
import { nextTrial } from '../trials';
import type { TrialRequest } from '../trials';
import type { BatchSizeLadderOptions } from './options';

export type LadderContext = StageContext<BatchSizeLadderOptions>;

/** What a trial of the ladder is for; the first word of its label. */
export type Phase = 'rung' | 'margin' | 'soak' | RacePhase;

/** Of these there is one trial a seed. */
export type RacePhase = 'reference' | 'race' | 'confirmation' | 'growth';

/** A stage is asked many times of the same trials; their lists never change. */
const BY_PHASE = new WeakMap<readonly Trial[], ReadonlyMap<string, readonly Trial[]>>();

export function trialsOf({ trials }: LadderContext, phase: Phase): readonly Trial[] {
  let groups = BY_PHASE.get(trials);
  if (groups === undefined) {
    groups = grouped(trials);
    BY_PHASE.set(trials, groups);
  }
  return groups.get(phase) ?? [];
}

function grouped(trials: readonly Trial[]): ReadonlyMap<string, readonly Trial[]> {
  const groups = new Map<string, Trial[]>();
  for (const trial of trials) {
    const phase = trial.spec.label.split(' ')[0]!;
    const group = groups.get(phase) ?? [];
    if (group.length === 0) groups.set(phase, group);
    group.push(trial);
  }
  return groups;
}

export function batchSizeOf({ spec }: Trial): number {
  return numericHParam(spec.hparams, 'batchSize');
}

/** The largest size of a trial, whose batches may grow. */
export function largestSizeOf(trial: Trial): number {
  return Math.max(...batchSizesOf(batchSizeOf(trial), trial.spec.batchGrowth));
}

/** A trial of a phase. Seeds depend on the replicate only, so that sizes differ in nothing else. */
export function ladderTrial(
  context: LadderContext,
  phase: Phase,
  batchSize: number,
  replicate: number,
  request: Omit<TrialRequest, 'label' | 'seed'> & Partial<TrialRequest>,
): TrialSpec {
  const { replicates, confirmations } = context.options;
  const isFresh = phase === 'confirmation';
  const seeds: Readonly<Partial<Record<Phase, string>>> = {
    reference: `, seed ${replicate + 1} of ${replicates}`,
    race: `, seed ${replicate + 1} of ${replicates}`,
    confirmation: `, fresh seed ${replicate + 1} of ${confirmations}`,
  };
  return nextTrial(context, {
    label: `${phase} ${batchSize}${seeds[phase] ?? ''}`,
    seed: deriveSeed(context.seed, 'replicate', isFresh ? replicates + replicate : replicate),
    ...request,
  });
}

/** Of all trials that measure time and memory, in every study. */
const SIZE_SEED = 1;

/**
 * A trial that measures the time and the memory of a size, evaluation included, in a process of its own.
 *
 * These do not depend on the seed or on the learning rate, so neither is the study's: a later study on the same model,
 * data, split and device finds the trial finished in the store instead of measuring again. That is the ladder's memo.
 * The rate is one at which nothing breaks down before its evaluation.
 */
export function sizeTrial(
  context: LadderContext,
  phase: 'rung' | 'margin',
  batchSize: number,
  { steps, record = { stepLosses: false } }: { readonly steps: number; readonly record?: TrialSpec['record'] },
): TrialSpec {
  const { facts } = context;
  // It takes steps of one size, however the study's batches grow.
  const { batchGrowth: _, ...incumbent } = context.incumbent;
  return ladderTrial(context, phase, batchSize, 0, {
    hparams: { ...incumbent, batchSize, learningRate: OPTIMIZER_FAMILIES[facts.training.optimizer.name].from },
    seed: SIZE_SEED,
    schedule: { name: 'constant' },
    limit: { steps },
    evaluate: { validation: 'end', test: false },
    record,
    process: 'fresh',
  });
}
