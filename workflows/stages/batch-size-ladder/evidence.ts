import type { Plot, Table } from '../stage';
import { measurementOf } from '../../trials/outcome';
import { isUsable } from './noise';
import type { LadderView } from './view';

const MEBIBYTE = 2 ** 20;

/** What each rung measured. */
export function rungTable({ rungs }: LadderView): Table {
  return {
    title: 'Rungs',
    columns: ['batch size', 'ended', 'ms per step', '10 %', '90 %', 'images per second', 'peak MiB'],
    rows: rungs.map(({ batchSize, trial }) => {
      const measurement = measurementOf(trial.result?.outcome);
      const times = measurement?.stepSeconds;
      const milliseconds = [times?.median, times?.p10, times?.p90].map((seconds) =>
        seconds === undefined ? null : seconds * 1000,
      );
      const peak = measurement === undefined ? null : Math.round(measurement.peakBytes / MEBIBYTE);
      return [
        batchSize,
        trial.result?.outcome.status ?? 'running',
        ...milliseconds,
        times ? Math.round(batchSize / times.median) : null,
        peak,
      ];
    }),
  };
}

/** What each raced size took to the target, by seed: those of the race, then those that judged its outcome. */
export function raceTables(view: LadderView): readonly Table[] {
  const unit = view.facts.reproducible ? 'nominal examples' : 'seconds';
  const tables = [
    { title: 'Time to the target loss', times: view.times },
    { title: 'Time to the target loss with fresh seeds', times: view.fresh },
  ];
  return tables
    .filter(({ times }) => times.length > 0)
    .map(({ title, times }) => {
      const seeds = Array.from({ length: Math.max(...times.map(({ runs }) => runs.length)) }, (_, i) => i);
      return {
        title,
        columns: ['batch size', ...seeds.map((i) => `seed ${i + 1}, ${unit}`), `geometric mean, ${unit}`],
        rows: times.map(({ batchSize, runs, cost }) => [
          batchSize,
          ...seeds.map((i) => (runs[i]?.reached === true ? runs[i].cost : null)),
          cost,
        ]),
      };
    });
}

/** Throughput and step time over the batch size, the latter with its fit. */
export function ladderPlots(view: LadderView, batchSize: number): readonly Plot[] {
  const measured = view.rungs.filter(({ passed, stepSeconds }) => passed && stepSeconds !== null);
  const x = measured.map((rung) => rung.batchSize);
  const seconds = measured.map(({ stepSeconds }) => stepSeconds ?? 0);
  const { fit } = view.cost;
  const knee = fit === null || fit.knee === Infinity || fit.knee < 1 ? [] : [{ name: 'knee', x: fit.knee }];
  const { noise } = view;
  const scale = isUsable(noise) ? [{ name: 'noise scale', x: noise.batchSize }] : [];
  const marks = [...knee, ...scale, { name: 'decision', x: batchSize }];
  const line =
    fit === null ? [] : [{ name: 'fit', x, y: x.map((size) => fit.overheadSeconds + fit.secondsPerExample * size) }];
  const times = view.times.flatMap((time) => (time.cost === null ? [] : [{ size: time.batchSize, cost: time.cost }]));
  const axes = { xLabel: 'batch size', xScale: 'log', yScale: 'log' } as const;
  const plots: Plot[] = [
    {
      title: 'Throughput',
      ...axes,
      yLabel: 'images per second',
      series: [{ name: 'measured', x, y: x.map((size, i) => size / seconds[i]!) }],
      marks,
    },
    { title: 'Time per step', ...axes, yLabel: 'seconds', series: [{ name: 'median', x, y: seconds }, ...line], marks },
  ];
  if (times.length < 2) return plots;
  const race = {
    name: 'geometric mean over seeds',
    x: times.map(({ size }) => size),
    y: times.map(({ cost }) => cost),
  };
  return [
    ...plots,
    {
      title: 'Time to the target loss',
      ...axes,
      yLabel: view.facts.reproducible ? 'nominal examples' : 'seconds',
      series: [race],
      marks,
    },
  ];
}
