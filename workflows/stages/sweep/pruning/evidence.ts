import type { Table } from '../../stage';
import { count } from '../../format';
import { measurementOf } from '../../../trials/outcome';
import { lastSegment } from '../trainings';
import type { Training } from '../trainings';
import type { SweepView } from '../view';
import { wholeEpochs } from './lengths';
import { prunerOf } from './promotion';

/**
 * How many points were not trained in full, e.g. `asha stopped 12 of 15 other points early`; `undefined` if all were.
 */
export function pruningNote(view: SweepView): string | undefined {
  const stopped = stoppedOf(view).length;
  return stopped === 0
    ? undefined
    : `${prunerOf(view).name} stopped ${stopped} of ${count(view.search.length - 1, 'other point')} early`;
}

/** Where points were stopped, and what that saved; empty if none was. */
export function pruningTable(view: SweepView): readonly Table[] {
  const stopped = stoppedOf(view);
  if (stopped.length === 0) return [];
  const rungs = [...new Set(stopped.map(({ pausedAt }) => pausedAt))].sort((a, b) => a - b);
  const row = (name: string | number, trainings: readonly Training[]): readonly (string | number)[] => [
    name,
    trainings.length,
    sum(trainings.map(epochsSaved)),
    sum(trainings.map(secondsSaved)),
  ];
  return [
    {
      title: `Stopped early by ${prunerOf(view).name}`,
      columns: ['after epoch', 'points', 'epochs saved', 'device seconds saved (estimate)'],
      rows: [
        ...rungs.map((rung) =>
          row(
            rung,
            stopped.filter(({ pausedAt }) => pausedAt === rung),
          ),
        ),
        row('all', stopped),
      ],
    },
  ];
}

function stoppedOf({ search }: SweepView): readonly Training[] {
  return search.slice(1).filter(({ status }) => status === 'paused');
}

/** At the pace that the training had; it would have cost less where early stopping had ended it. */
function secondsSaved(training: Training): number {
  const measurement = measurementOf(lastSegment(training).result?.outcome);
  const pace =
    measurement === undefined || measurement.epochs === 0 ? 0 : measurement.deviceSeconds / measurement.epochs;
  return pace * epochsSaved(training);
}

function epochsSaved({ segments, pausedAt }: Training): number {
  return wholeEpochs(segments[0]!.spec) - pausedAt;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
