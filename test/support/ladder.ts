/**
 * A ladder on a made-up machine whose step times and steps to a loss follow the textbooks.
 *
 * @module
 */
import { batchSizeLadder } from '../../workflows/stages/batch-size-ladder/stage';
import type { Decision, StageContext, StudyFacts } from '../../workflows/stages/stage';
import { epochEndStep, stepsOf } from '../../workflows/trials/length';
import type { EpochMeasurement, Outcome } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, optionsOf } from './stages';
import type { Network } from './stages';

export interface Machine {
  readonly overhead: number;
  readonly perExample: number;
  /** Steps to the target grow as 1 + critical / B towards small batches. */
  readonly critical: number;
  readonly fits: number;
}

const MACHINE: Machine = { overhead: 0.01, perExample: 1e-4, critical: 200, fits: Infinity };

/** A network with t(B) = a + cB and S(B) = S_min (1 + B_crit / B), which runs out of memory above a size. */
export function networkOn(changes: Partial<Machine> = {}): Network {
  const machine = { ...MACHINE, ...changes };
  return (spec, facts): Outcome => {
    const batchSize = Number(spec.hparams['batchSize']);
    if (batchSize > machine.fits)
      return { status: 'outOfMemory', where: 'device', detail: 'OOM when allocating tensor' };
    const seconds = machine.overhead + machine.perExample * batchSize;
    const curve = curveOf(spec, facts, machine, batchSize);
    const steps = curve.at(-1)?.step ?? 23;
    return completed(curve.at(-1)?.values.valLoss ?? null, {
      curve,
      steps,
      stepSeconds:
        spec.record.stepTimesAfter === undefined ? null : { median: seconds, p10: seconds, p90: seconds, count: 20 },
      deviceSeconds: steps * seconds,
    });
  };
}

function curveOf(
  spec: TrialSpec,
  { trainExamples, classes }: StudyFacts,
  { critical }: Machine,
  batchSize: number,
): readonly EpochMeasurement[] {
  const curve: EpochMeasurement[] = [];
  const last = stepsOf(spec.limit, trainExamples, batchSize);
  for (let epoch = 1, step = 0; step < last; epoch++) {
    step = Math.min(last, epochEndStep(epoch, trainExamples, batchSize));
    const valLoss = Math.log(classes) * Math.exp(-step / (40 * (1 + critical / batchSize)));
    curve.push({
      epoch,
      step,
      learningRate: 1e-3,
      trainLoss: valLoss,
      values: { valLoss, valAccuracy: 0.5 },
      deviceSeconds: step,
    });
    if (valLoss <= (spec.stop.targetValLoss ?? 0) && epoch >= (spec.stop.targetFromEpoch ?? 1)) break;
  }
  return curve;
}

export const LARGE: StudyFacts = { ...FACTS, trainExamples: 20_000 };

export function ladder(
  options: object = {},
  changes: Partial<StageContext<unknown>> = {},
): ReturnType<typeof contextOf<ReturnType<typeof optionsOf<'batchSizeLadder'>>>> {
  return contextOf(optionsOf('batchSizeLadder', options), { facts: LARGE, ...changes } as object);
}

export const labels = ({ trials }: StageContext<unknown>): readonly string[] => trials.map(({ spec }) => spec.label);
export const rungs = (context: StageContext<unknown>): readonly number[] =>
  labels(context)
    .filter((label) => label.startsWith('rung'))
    .map((label) => Number(label.split(' ')[1]));

export function answer(
  options: object,
  machine: Partial<Machine> = {},
  changes: Partial<StageContext<unknown>> = {},
): Decision & { readonly context: StageContext<unknown> } {
  const context = drive(batchSizeLadder, ladder(options, changes), { network: networkOn(machine) });
  return { ...batchSizeLadder.decide(context), context };
}
