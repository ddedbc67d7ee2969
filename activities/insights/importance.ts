import { deriveSeed } from '../../workflows/search/random';
import { count, formatNumber } from '../../workflows/stages/format';
import type { BarChart, Table } from '../../workflows/stages/stage';
import { evenly } from '../../workflows/stages/sweep/shown';
import { importances, unitsByFactor } from './analysis/importance';
import type { DrawnObservation, Importances } from './analysis/importance';
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
function observationsOf({ space, points, objective: { direction } }: Search): readonly DrawnObservation[] {
  const sign = direction === 'minimize' ? 1 : -1;
  return evenly(points, MEASURED_MAX).map(({ hparams, score, isBlind }) => ({
    isBlind,
    units: unitsByFactor(space, hparams),
    loss: score === null ? Infinity : sign * score,
  }));
}

function charts(found: Importances, metric: string): readonly BarChart[] {
  const { factors, goodShare, blindPoints, points } = found;
  const measured = factors.filter(({ variance }) => variance !== null);
  const seen = factors.flatMap(({ name, blind }) => (blind === null ? [] : [{ name, ...blind }]));
  const note = noteOn(found);
  const variance: BarChart = {
    title: `What ${metric} depends on (fANOVA)`,
    xLabel: 'share of the variance, with the spread of the trees',
    bars: measured.map(({ name, variance: own, blind }) => ({
      name,
      value: own!.share,
      interval: own!.interval,
      ...(blind?.standsOut === false && { isFaint: true }),
    })),
    ...(seen.length === 0 && { note }),
  };
  const separation: BarChart = {
    title: `What the best ${formatNumber(100 * goodShare)} %${blindPoints < points ? ' of the blind draws' : ''} have in common (PED-ANOVA)`,
    xLabel: 'share of the importance',
    bars: seen
      .sort((a, b) => b.separation - a.separation)
      .map(({ name, separation: value, standsOut }) => ({ name, value, ...(!standsOut && { isFaint: true }) })),
    note,
  };
  return [...(measured.length > 0 || seen.length === 0 ? [variance] : []), ...(seen.length > 0 ? [separation] : [])];
}

function noteOn({ factors, blindPoints, blindNeeded, points }: Importances): string {
  const seen = factors.flatMap(({ name, blind }) => (blind === null ? [] : [{ name, ...blind }]));
  if (seen.length === 0)
    return `the sampler concentrated where points were good: only ${blindPoints} of ${count(points, 'point')} were drawn without a look at the others, and it takes ${blindNeeded} to tell any of this from chance`;
  const clear = seen.filter(({ standsOut }) => standsOut).map(({ name }) => name);
  const verdict =
    clear.length === 0
      ? 'none stands out of chance: more points are needed before any of this is believed'
      : clear.length === seen.length
        ? 'all stand out of chance'
        : `only ${clear.join(' and ')} ${clear.length === 1 ? 'stands' : 'stand'} out of chance; the others are drawn faint`;
  return blindPoints === points
    ? verdict
    : `${verdict} (told of the ${blindPoints} of ${count(points, 'point')} that were drawn without a look at the others)`;
}

function importanceTable({ factors, pairs, points }: Importances): Table {
  const strong = pairs.filter(({ share }) => share >= PAIR_SHARE_MIN).slice(0, PAIRS_MAX);
  return {
    title: `Importance of the hyperparameters, over ${count(points, 'point')}`,
    columns: ['hyperparameter', 'share of variance', 'from', 'to', 'separates the best', 'probability by chance'],
    rows: [
      ...factors.map(({ name, variance, blind }) => [
        name,
        variance?.share ?? null,
        variance?.interval[0] ?? null,
        variance?.interval[1] ?? null,
        blind?.separation ?? null,
        blind?.chance ?? null,
      ]),
      ...strong.map(({ names, share }) => [`${names.join(' with ')}, together`, share, null, null, null, null]),
    ],
  };
}
