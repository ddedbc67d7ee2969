import { affordsTrainings } from './budget';
import { replicateSeed } from './configurations';
import type { Configuration } from './configurations';
import { looksOf, wantedAt } from './looks';
import type { SweepView } from './view';

/** A training of a point with a further seed. */
export interface NextReplicate {
  readonly configuration: Configuration;
  readonly replicate: number;
  /** Seeds that the point is to have. */
  readonly of: number;
}

/**
 * Seed by seed, so that every point has its second training before any has its third; `undefined` where the verdict is
 * settled, and while a look must wait for what runs.
 */
export function nextReplicate(view: SweepView): NextReplicate | undefined {
  const looks = looksOf(view);
  for (const [look, of] of looks.entries()) {
    const configurations = wantedAt(view, look);
    const missing = missingOf(view, configurations, of);
    const [next] = missing;
    if (next !== undefined)
      return look === 0 ||
        isBegun(next, looks[look - 1]!, configurations, view) ||
        affordsTrainings(view, missing.length)
        ? next
        : undefined;
    if (configurations.some(({ trainings }) => trainings.some(({ status }) => status === 'running'))) return undefined;
    if (configurations.length === 0) return undefined;
  }
  return undefined;
}

function missingOf(view: SweepView, configurations: readonly Configuration[], of: number): readonly NextReplicate[] {
  return Array.from({ length: of - 1 }, (_, i) => i + 1).flatMap((replicate) =>
    configurations
      .filter((one) => !hasSeed(one, replicateSeed(view.seed, replicate)))
      .map((configuration) => ({ configuration, replicate, of })),
  );
}

const hasSeed = ({ trainings }: Configuration, seed: number): boolean =>
  trainings.some((training) => training.seed === seed);

/** Whether a look has trained with its first seed: what it began it ends, as far as the budget goes. */
function isBegun(
  next: NextReplicate,
  before: number,
  configurations: readonly Configuration[],
  view: SweepView,
): boolean {
  return next.replicate > before || configurations.some((one) => hasSeed(one, replicateSeed(view.seed, before)));
}
