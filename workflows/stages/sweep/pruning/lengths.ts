/**
 * Rungs of trainings that differ in length. A pruner knows trainings of one length, that of the stage or of
 * `training.epochs`: of a longer or a shorter one it sees the same shares, as its learning rate goes through the same
 * schedule in them.
 *
 * @module
 */
import type { CurvePoint, CurveRead } from '../../../search/pruners';
import { trainingOf } from '../../../trials/trial-training';
import type { TrialSpec } from '../../../words/trial';
import type { SweepContext } from '../configurations';
import type { Training } from '../trainings';

/** Epochs as a pruner counts them. */
export function prunersEpochs({ options, facts }: Pick<SweepContext, 'options' | 'facts'>): number {
  return options.epochs ?? trainingOf(facts.training, {}).written.epochs;
}

/** Epochs of a whole training. */
export function wholeEpochs({ limit }: Pick<TrialSpec, 'limit'>): number {
  if ('epochs' in limit) return limit.epochs;
  throw new RangeError('the trainings of a sweep must be limited in epochs, got a limit in steps');
}

/** Two lengths, and the way from one to the other. */
export class Lengths {
  /** @param pruners Epochs of a whole training as a pruner counts them. @param own Those of a training. */
  constructor(
    private readonly pruners: number,
    private readonly own: number,
  ) {}

  /** Own epochs that are complete where a pruner's are. */
  toOwn(epoch: number): number {
    return Math.ceil((epoch * this.own) / this.pruners - 1e-9);
  }

  /** The epochs, as a pruner counts them, at which a training pauses after some of its own: the last such rung. */
  ofPause(pausedAt: number, rungs: () => readonly number[]): number {
    if (this.own === this.pruners) return pausedAt;
    return rungs().findLast((rung) => this.toOwn(rung) === pausedAt) ?? (pausedAt * this.pruners) / this.own;
  }

  curve(points: readonly CurvePoint[]): readonly CurvePoint[] {
    if (this.own === this.pruners) return points;
    return points.map(({ epoch, value }) => ({ epoch: (epoch * this.pruners) / this.own, value }));
  }

  reads(reads: readonly CurveRead[]): readonly CurveRead[] {
    return reads.map(({ from, to }) => ({ from: this.toOwn(from), to: this.toOwn(to) }));
  }
}

/** Of a training of a sweep. */
export function lengthsOf(context: Pick<SweepContext, 'options' | 'facts'>, { segments }: Training): Lengths {
  return new Lengths(prunersEpochs(context), wholeEpochs(segments[0]!.spec));
}
