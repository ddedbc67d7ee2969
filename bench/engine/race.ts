/**
 * One case: every contestant in a process of its own, pass by pass in turn, so that a busy moment of the machine meets
 * them all.
 *
 * @module
 */
import { type BenchResult, type Metric, resultOfRounds } from '../report';
import type { EngineCase } from './cases';
import { ContestantProcess } from './contestant-process';
import type { Contestants } from './contestants';
import type { PassName, Prepared } from './serve';

const TRAIN: Metric = { name: 'imagesPerSecond', unit: 'images/s', better: 'higher' };
const WATCHED: Metric = { ...TRAIN, name: 'watchedImagesPerSecond' };
const EVALUATE: Metric = { name: 'evaluationImagesPerSecond', unit: 'images/s', better: 'higher' };
const PEAK: Metric = { name: 'peakBytes', unit: 'bytes', better: 'lower' };
const FIRST_STEP: Metric = { name: 'firstStepSeconds', unit: 's', better: 'lower' };

/** What a pass measures. */
const METRICS: Readonly<Record<PassName, Metric>> = { train: TRAIN, watch: WATCHED, evaluate: EVALUATE };

/** In a shorter pass one measurement of the noise weighs more than it does in training. */
const WATCHED_STEPS_MIN = 100;

export interface RaceOutcome {
  readonly results: readonly BenchResult[];
  readonly versions: Readonly<Record<string, string>>;
}

/** Measurements of one contestant by metric. */
type Found = Map<Metric, number[]>;

/** @throws Error if a contestant fails, or trains another number of parameters than the first. */
export async function race(
  of: EngineCase,
  { ours, watched, peers }: Contestants,
  repeats: number,
): Promise<RaceOutcome> {
  const contestants = of.examples / of.batchSize < WATCHED_STEPS_MIN ? [ours, ...peers] : [ours, ...peers, watched];
  const processes: ContestantProcess[] = [];
  try {
    const prepared: Prepared[] = [];
    // One after the other, for the first step is timed as well: what the next one loads would slow it down.
    for (const contestant of contestants) {
      const process = new ContestantProcess(contestant);
      processes.push(process);
      prepared.push(await process.prepare(of));
    }
    checkParameters(of, processes, prepared);
    const found = processes.map((_, i): Found => new Map([[FIRST_STEP, [prepared[i]!.firstStepSeconds]]]));
    await passes(of, processes, repeats, found);
    const byName = new Map(contestants.map(({ name }, i) => [name, found[i] as Found]));
    const versions = Object.assign({}, ...prepared.map((one) => one.versions)) as Record<string, string>;
    return { results: resultsOf(of, byName, [ours.name, watched.name]), versions };
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}

function checkParameters(of: EngineCase, processes: readonly ContestantProcess[], prepared: readonly Prepared[]): void {
  const counts = prepared.map(({ parameters }, i) => `${processes[i]!.name} ${parameters}`);
  if (new Set(prepared.map(({ parameters }) => parameters)).size > 1)
    throw new Error(`contestants must train the same model in ${of.name}, got parameters ${counts.join(', ')}`);
}

/**
 * A round that does not count, then those that do; each begins with the next contestant, and every second one with the
 * last kind of pass.
 */
async function passes(
  of: EngineCase,
  processes: readonly ContestantProcess[],
  repeats: number,
  found: readonly Found[],
): Promise<void> {
  for (let round = 0; round <= repeats; round++) {
    for (let turn = 0; turn < processes.length; turn++) {
      const i = (round + turn) % processes.length;
      const [process, own] = [processes[i]!, found[i]!];
      for (const name of round % 2 === 0 ? process.passes : [...process.passes].reverse()) {
        const rate = of.examples / (await process.secondsOf(name));
        const metric = METRICS[name];
        if (round > 0) own.set(metric, [...(own.get(metric) ?? []), rate]);
      }
    }
  }
  processes.forEach((process, i) => {
    const peak = process.peakBytes();
    if (peak !== undefined) found[i]!.set(PEAK, [peak]);
  });
}

/** Ours beside the peers by every metric, and ours that is watched beside itself when it is not. */
function resultsOf(
  of: EngineCase,
  found: ReadonlyMap<string, Found>,
  [ours, watched]: readonly [string, string],
): readonly BenchResult[] {
  const samplesOf = (name: string, metric: Metric): readonly number[] => found.get(name)?.get(metric) ?? [];
  const peers = [...found.keys()].filter((name) => name !== ours && name !== watched);
  const results = [TRAIN, EVALUATE, PEAK, FIRST_STEP]
    .filter((metric) => samplesOf(ours, metric).length > 0)
    .map((metric) =>
      resultOfRounds(
        of.name,
        metric,
        samplesOf(ours, metric),
        Object.fromEntries(peers.map((name) => [name, samplesOf(name, metric)])),
      ),
    );
  return found.has(watched)
    ? [
        ...results,
        resultOfRounds(of.name, WATCHED, samplesOf(watched, WATCHED), { unwatched: samplesOf(watched, TRAIN) }),
      ]
    : results;
}
