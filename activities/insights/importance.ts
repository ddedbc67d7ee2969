import { deriveSeed } from '../../workflows/search/random';
import { count, formatNumber } from '../../workflows/stages/format';
import type { BarChart, Table } from '../../workflows/stages/stage';
import { evenly } from '../../workflows/stages/sweep/shown';
import { importances, unitsByFactor } from './analysis/importance';
import type { FactorImportance, Importances, Observation } from './analysis/importance';
import type { Search } from './search';

/** Pairs that are worth a row each. */
const PAIRS_MAX = 3;
const PAIR_SHARE_MIN = 0.05;

/** More points tell no more, and would keep a tuner worker from its other studies for seconds. */
const MEASURED_MAX = 2000;

/** Which hyperparameters mattered, or why nobody can tell. */
export function importanceOf(search: Search): {
  readonly bars: readonly BarChart[];
  readonly tables: readonly Table[];
} {
  const {
    factors,
    seed,
    objective: { metric },
  } = search;
  if (factors.length < 2) return { bars: [], tables: [] };
  const found = importances(factors, observationsOf(search), deriveSeed(seed, 'importance'));
  if (found.status === 'tooFewPoints') {
    const note = `it takes at least ${count(found.needed, 'point')} with a score to tell, and there are ${found.points}`;
    return { bars: [{ title: `What ${metric} depends on`, xLabel: '', bars: [], note }], tables: [] };
  }
  return { bars: charts(found, metric), tables: [importanceTable(found)] };
}

/** Less being better. A point that failed, or was paused for being behind, is worse than any with a score. */
function observationsOf({ space, points, objective: { direction } }: Search): readonly Observation[] {
  const sign = direction === 'minimize' ? 1 : -1;
  return evenly(points, MEASURED_MAX).map(({ hparams, score }) => ({
    units: unitsByFactor(space, hparams),
    loss: score === null ? Infinity : sign * score,
  }));
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
