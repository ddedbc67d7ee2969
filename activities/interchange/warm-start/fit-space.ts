/**
 * Trials of others as points of a space: what fits, in the words of the space, and what did not.
 *
 * @module
 */
import { activeNames, hparamOf, hparamsIn, meets, requirementsOf } from '../../../workflows/search/space';
import type { Scalar, Space } from '../../../workflows/search/space';
import { misfitOf } from '../../../workflows/search/space/fit';
import type { ImportedTrials } from '../../../workflows/stages/sweep/imported';
import type { Objective } from '../../../workflows/words/study';
import type { HParams } from '../../../workflows/words/trial';
import type { ForeignTrials, ForeignValue } from '../trial-row';

/** Hyperparameters or reasons named in one note before it is cut. */
const NAMED_MAX = 8;

/** The trials that have a place in a space, their scores in the direction of the study. */
export function fittedTrials(
  foreign: ForeignTrials,
  space: Space,
  direction: Objective['direction'],
): Pick<ImportedTrials, 'trials' | 'notes'> {
  const sign = (foreign.direction ?? direction) === direction ? 1 : -1;
  const misfits = new Map<string, number>();
  const unknown = new Map<string, Set<ForeignValue>>();
  const missing = new Map<string, number>();
  const trials = foreign.trials.flatMap(({ hparams, score }) => {
    for (const [name, value] of Object.entries(hparams))
      if (space[name] === undefined && !hparamsIn(space).includes(name))
        unknown.set(name, (unknown.get(name) ?? new Set()).add(value));
    const point = pointOf(space, hparams);
    if ('misfit' in point) {
      increment(misfits, point.misfit);
      return [];
    }
    for (const key of activeNames(space, point.hparams))
      if (point.hparams[hparamOf(space, key)] === undefined) increment(missing, key);
    return [{ hparams: point.hparams, score: score === null ? null : sign * score + 0 }];
  });
  const varied = [...unknown].filter(([, values]) => values.size > 1).map(([name]) => name);
  return {
    trials,
    notes: notesOf({ leftOut: foreign.leftOut, misfits, varied, missing, read: foreign.trials.length }),
  };
}

/** The values that a space has a place for; a value outside makes the whole trial one of another space. */
function pointOf(
  space: Space,
  hparams: Readonly<Record<string, ForeignValue>>,
): { readonly hparams: HParams } | { readonly misfit: string } {
  const point: Record<string, Scalar> = {};
  const requirements = requirementsOf(space);
  for (const [name, dimension] of Object.entries(space)) {
    const { of } = dimension;
    // Other programs know it by its key; a study's own trials by the hyperparameter, wherever it exists.
    const value =
      hparams[name] ??
      (of !== undefined && meets(hparams as HParams, requirements.get(name)) ? hparams[of] : undefined);
    if (value === undefined || value === null) continue;
    const fitting = readings(value).find((reading) => misfitOf(dimension, reading) === undefined);
    if (fitting === undefined)
      return { misfit: `${name} ${misfitOf(dimension, readings(value).at(-1) ?? value) ?? 'does not fit'}` };
    point[of ?? name] = fitting;
  }
  return Object.keys(point).length === 0
    ? { misfit: 'no hyperparameter of the space has a value' }
    : { hparams: point };
}

/** What a value may stand for: files of text write numbers, `True` and `false` as texts. */
function readings(value: Scalar): readonly Scalar[] {
  if (typeof value !== 'string') return [value];
  const text = value.trim();
  const number = text === '' ? NaN : Number(text);
  const truth = /^(true|false)$/i.test(text) ? [text.toLowerCase() === 'true'] : [];
  return [value, ...truth, ...(Number.isFinite(number) ? [number] : [])];
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

type Counts = ReadonlyMap<string, number>;

interface Fit {
  readonly leftOut: Counts;
  readonly misfits: Counts;
  /** Hyperparameters that are not in the space and were not the same in all trials. */
  readonly varied: readonly string[];
  readonly missing: Counts;
  readonly read: number;
}

function notesOf({ leftOut, misfits, varied, missing, read }: Fit): readonly string[] {
  const outside = [...leftOut, ...misfits];
  const left = outside.reduce((sum, [, count]) => sum + count, 0);
  const all = read + [...leftOut.values()].reduce((sum, count) => sum + count, 0);
  return [
    ...(left === 0
      ? []
      : [
          `${left} of ${all} trials could not be used: ${listed(outside.map(([reason, count]) => `${count} ${reason}`))}`,
        ]),
    ...(varied.length === 0
      ? []
      : [
          `${listed(varied)} varied among its trials, but ${varied.length === 1 ? 'is' : 'are'} not in the space: what that did looks like noise`,
        ]),
    ...(missing.size === 0
      ? []
      : [`${listed([...missing].map(([name, count]) => `${name} has no value in ${count}`))} of its trials`]),
  ];
}

function listed(items: readonly string[]): string {
  const more = items.length - NAMED_MAX;
  return `${items.slice(0, NAMED_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
