import type { Table } from '../../stage';
import { count } from '../../format';
import { measurementOf } from '../../trials';
import { epochsOf, searchTrainings } from '../configurations';
import type { SweepContext } from '../configurations';
import { lastSegment } from '../trainings';
import type { Training } from '../trainings';
import { prunerOf } from './promotion';

/**
 * How many points were not trained in full, e.g. `asha stopped 12 of 15 other points early`; `undefined` if all were.
 */
export function pruningNote(context: SweepContext): string | undefined {
  const stopped = stoppedOf(context).length;
  return stopped === 0
    ? undefined
    : `${prunerOf(context).name} stopped ${stopped} of ${count(searchTrainings(context).length - 1, 'other point')} early`;
}

/** Where points were stopped, and what that saved; empty if none was. */
export function pruningTable(context: SweepContext): readonly Table[] {
  const stopped = stoppedOf(context);
  if (stopped.length === 0) return [];
  const rungs = [...new Set(stopped.map(({ pausedAt }) => pausedAt))].sort((a, b) => a - b);
  const row = (name: string | number, trainings: readonly Training[]): readonly (string | number)[] => [
    name,
    trainings.length,
    sum(trainings.map((training) => epochsOf(context) - training.pausedAt)),
    sum(trainings.map((training) => secondsSaved(context, training))),
  ];
  return [
    {
      title: `Stopped early by ${prunerOf(context).name}`,
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

function stoppedOf(context: SweepContext): readonly Training[] {
  return searchTrainings(context)
    .slice(1)
    .filter(({ status }) => status === 'paused');
}

/** At the pace that the training had; it would have cost less where early stopping had ended it. */
function secondsSaved(context: SweepContext, training: Training): number {
  const measurement = measurementOf(lastSegment(training).result?.outcome);
  const pace =
    measurement === undefined || measurement.epochs === 0 ? 0 : measurement.deviceSeconds / measurement.epochs;
  return pace * (epochsOf(context) - training.pausedAt);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
