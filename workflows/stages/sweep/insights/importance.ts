import { importances } from '../../../analysis/importance';
import type { FactorImportance, Importances } from '../../../analysis/importance';
import { deriveSeed } from '../../../search/random';
import { count, formatNumber } from '../../format';
import type { BarChart, Table } from '../../stage';
import type { SweepContext } from '../configurations';
import { evenly } from '../shown';
import { observationsOf } from './points';
import type { SearchPoints } from './points';

/** Pairs that are worth a row each. */
const PAIRS_MAX = 3;
const PAIR_SHARE_MIN = 0.05;

/** More points tell no more, and would take a workflow longer than the second that it has. */
const MEASURED_MAX = 2000;

/** Which hyperparameters mattered, or why nobody can tell. */
export function importanceOf(
  context: SweepContext,
  { factors, points }: SearchPoints,
): { readonly bars: readonly BarChart[]; readonly tables: readonly Table[] } {
  if (factors.length < 2) return { bars: [], tables: [] };
  const found = importances(
    factors,
    observationsOf(context, evenly(points, MEASURED_MAX)),
    deriveSeed(context.seed, 'importance'),
  );
  const { metric } = context.facts.objective;
  if (found.status === 'tooFewPoints') {
    const note = `it takes at least ${count(found.needed, 'point')} with a score to tell, and there are ${found.points}`;
    return { bars: [{ title: `What ${metric} depends on`, xLabel: '', bars: [], note }], tables: [] };
  }
  return { bars: charts(found, metric), tables: [importanceTable(found)] };
}

function charts({ factors, goodShare }: Importances, metric: string): readonly BarChart[] {
  const measured = factors.filter(({ variance }) => variance !== null);
  const variance: BarChart = {
    title: `What ${metric} depends on (fANOVA)`,
    xLabel: 'share of the variance, with the spread of the trees',
    bars: measured.map(({ name, variance: own, standsOut }) => ({
      name,
      value: own!.share,
      interval: own!.interval,
      ...(!standsOut && { isFaint: true }),
    })),
  };
  const separation: BarChart = {
    title: `What the best ${formatNumber(100 * goodShare)} % have in common (PED-ANOVA)`,
    xLabel: 'share of the importance',
    bars: [...factors]
      .sort((a, b) => b.separation - a.separation)
      .map(({ name, separation: value, standsOut }) => ({ name, value, ...(!standsOut && { isFaint: true }) })),
    note: noteOn(factors),
  };
  return [...(measured.length > 0 ? [variance] : []), separation];
}

function noteOn(factors: readonly FactorImportance[]): string {
  const clear = factors.filter(({ standsOut }) => standsOut).map(({ name }) => name);
  if (clear.length === 0) return 'none stands out of chance: more points are needed before any of this is believed';
  return clear.length === factors.length
    ? 'all stand out of chance'
    : `only ${clear.join(' and ')} ${clear.length === 1 ? 'stands' : 'stand'} out of chance; the others are drawn faint`;
}

function importanceTable({ factors, pairs, points }: Importances): Table {
  const strong = pairs.filter(({ share }) => share >= PAIR_SHARE_MIN).slice(0, PAIRS_MAX);
  return {
    title: `Importance of the hyperparameters, over ${count(points, 'point')}`,
    columns: ['hyperparameter', 'share of variance', 'from', 'to', 'separates the best', 'probability by chance'],
    rows: [
      ...factors.map(({ name, variance, separation, chance }) => [
        name,
        variance?.share ?? null,
        variance?.interval[0] ?? null,
        variance?.interval[1] ?? null,
        separation,
        chance,
      ]),
      ...strong.map(({ names, share }) => [`${names.join(' with ')}, together`, share, null, null, null, null]),
    ],
  };
}
