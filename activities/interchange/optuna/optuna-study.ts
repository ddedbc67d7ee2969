/**
 * An Optuna study as data, which its storages write and read in their own ways: one of our sweeps is one of Optuna's
 * studies.
 *
 * @module
 */
import { activeNames } from '../../../workflows/search/space';
import type { HParams } from '../../../workflows/words/trial';
import { judged, withoutContinued } from '../trial-end';
import type { RawTrial } from '../trial-end';
import { TrialsUnreadable } from '../trial-row';
import type { ExportedStudy, ExportedSweep, ExportedTrial, ForeignTrials, ForeignValue } from '../trial-row';
import { stored } from './distribution';
import type { StoredParameter } from './distribution';

export type OptunaState = 'RUNNING' | 'COMPLETE' | 'PRUNED' | 'FAIL' | 'WAITING';

export interface OptunaTrial {
  readonly state: OptunaState;
  readonly value: number | null;
  readonly parameters: Readonly<Record<string, StoredParameter>>;
  /** Optuna's user attributes: what it has no place for. */
  readonly attributes: Readonly<Record<string, string | number | HParams | null>>;
}

export interface OptunaStudy {
  readonly name: string;
  readonly direction: 'minimize' | 'maximize';
  readonly trials: readonly OptunaTrial[];
}

/** One that paused and never went on was left behind by a pruner. */
const STATES: Readonly<Record<ExportedTrial['status'], OptunaState>> = {
  completed: 'COMPLETE',
  earlyStopped: 'COMPLETE',
  paused: 'PRUNED',
  diverged: 'FAIL',
  dead: 'FAIL',
  outOfMemory: 'FAIL',
  invalid: 'FAIL',
  cancelled: 'FAIL',
  running: 'RUNNING',
};

/**
 * Every sweep of a study as a study of Optuna's, e.g. `digits/regularization-sweep`.
 *
 * Parameters are those of the space; everything else, and what lies outside of it, is in a trial's user attributes.
 * Optuna has no trials that failed with a point worth knowing: what diverged becomes FAIL, which its samplers pass
 * over.
 *
 * @throws TrialsUnreadable if the study has no sweep.
 */
export function optunaStudies({ studyId, objective, trials, sweeps }: ExportedStudy): readonly OptunaStudy[] {
  if (sweeps.length === 0)
    throw new TrialsUnreadable(
      `study ${studyId} has no sweep, whose trials Optuna could hold; export it as csv, json or parquet`,
    );
  return sweeps.map((sweep) => {
    const own = withoutContinued(
      trials.filter(({ stageId }) => stageId === sweep.stageId),
      ({ trialId }) => trialId,
    );
    return {
      name: `${studyId}/${sweep.stageId}`,
      direction: objective.direction,
      trials: own.map((trial) => optunaTrial(trial, sweep)),
    };
  });
}

function optunaTrial(
  { trialId, label, status, score, epochs, deviceSeconds, hash, hparams }: ExportedTrial,
  { space }: ExportedSweep,
): OptunaTrial {
  const state = STATES[status];
  const active = new Set(activeNames(space, hparams));
  const parameters = Object.entries(space).flatMap(([name, dimension]): readonly [string, StoredParameter][] => {
    const value = hparams[dimension.of ?? name];
    const parameter = value === undefined || !active.has(name) ? undefined : stored(dimension, value);
    return parameter === undefined ? [] : [[name, parameter]];
  });
  return {
    // A complete trial of Optuna's must have a value.
    state: state === 'COMPLETE' && score === null ? 'FAIL' : state,
    value: state === 'COMPLETE' || state === 'PRUNED' ? score : null,
    parameters: Object.fromEntries(parameters),
    attributes: { trial: trialId, label, status, epochs: epochs ?? null, deviceSeconds, hash, hparams },
  };
}

/** A trial as a storage of Optuna's holds it, on its way in. */
export interface FoundTrial {
  readonly state: string;
  readonly values: readonly number[];
  readonly hparams: Readonly<Record<string, ForeignValue>>;
}

export interface FoundStudy {
  readonly name: string;
  readonly directions: readonly ('minimize' | 'maximize')[];
  readonly trials: readonly FoundTrial[];
}

/**
 * The trials of one study of a storage.
 *
 * @param name Its name; may be left out where the storage has one study.
 * @throws TrialsUnreadable if it is not clear which study is meant, or it has several objectives.
 */
export function trialsOfStudy(studies: readonly FoundStudy[], name: string | undefined): ForeignTrials {
  const names = studies.map((study) => study.name).join(', ');
  if (studies.length === 0) throw new TrialsUnreadable('the storage has no study');
  if (name === undefined && studies.length > 1)
    throw new TrialsUnreadable(
      `the storage has ${studies.length} studies: name one in the import's study, of ${names}`,
    );
  const found = name === undefined ? studies[0] : studies.find((study) => study.name === name);
  if (found === undefined) throw new TrialsUnreadable(`the storage has no study ${name}, only ${names}`);
  const [direction] = found.directions;
  if (direction === undefined || found.directions.length > 1)
    throw new TrialsUnreadable(
      `study ${found.name} has ${found.directions.length} objectives; a sweep learns from one`,
    );
  const rows = found.trials.map(({ state, values, hparams }): RawTrial => ({
    hparams,
    score: values[0],
    status: state,
  }));
  return { ...judged(rows), direction };
}
