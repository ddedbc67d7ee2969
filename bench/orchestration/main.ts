/**
 * `npm run bench:orchestration`: what a trial costs beyond its training, next to an empty activity of Temporal's, Optuna's
 * SQLite storage and Ray Tune.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import manifest from '../../package.json';
import { pythonWith } from '../python';
import { type BenchReport, describeMachine, formatResult, formatSetting, type Metric, resultOfRounds } from '../report';
import type { HistoryFigures, Tenth } from './history';
import { runBare } from './bare';
import { runOurs } from './ours';

const USAGE = `npm run bench:orchestration -- [--trials N] [--sampler NAME] [--repeats N] [--only-ours] [--json]
  --trials N      trials of a study of ours; 300 unless given
  --sampler NAME  what chooses them, e.g. tpe; random unless given
  --repeats N     interleaved runs of each; 5 unless given
  --only-ours     without the peers and the empty activity, e.g. for 10,000 trials
  --no-python     without the peers, which are Python's
  --json          one JSON object on standard output
`;

const PARALLEL = 2;

/**
 * Optuna as it is for a function of one value, and with what a training reports and our trials keep: a value every
 * epoch. Ray Tune takes about a second for each trial, and keeps one value.
 */
const PEERS = [
  { name: 'optuna-sqlite', trials: 200 },
  { name: 'optuna-sqlite-with-curve', trials: 200 },
  { name: 'ray-tune', trials: 20 },
] as const;

/** In the same rounds, for what Temporal itself takes is the floor. */
const BARE = 'bare-activity';

const COST: Metric = { name: 'millisecondsPerTrial', unit: 'ms', better: 'lower' };

interface Options {
  readonly trials: number;
  readonly sampler: string;
  readonly repeats: number;
  readonly bare: boolean;
  readonly peers: readonly (typeof PEERS)[number][];
  readonly json: boolean;
}

interface PeerAnswer {
  readonly version: string;
  readonly millisecondsPerTrial: number;
}

/** @throws RangeError that says what is wrong with an argument. */
function optionsOf(args: readonly string[]): Options | 'help' {
  const [flag, text] = [{ type: 'boolean', default: false }, { type: 'string' }] as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      trials: text,
      sampler: text,
      repeats: text,
      'only-ours': flag,
      'no-python': flag,
      json: flag,
      help: flag,
    },
  });
  if (values.help) return 'help';
  const count = (name: 'trials' | 'repeats', otherwise: string): number => {
    const number = Number(values[name] ?? otherwise);
    if (!Number.isInteger(number) || number < 1)
      throw new RangeError(`--${name} must be an integer of at least 1, got '${values[name]}'`);
    return number;
  };
  return {
    trials: count('trials', '300'),
    sampler: values.sampler ?? 'random',
    repeats: count('repeats', '5'),
    bare: !values['only-ours'],
    peers: values['only-ours'] || values['no-python'] ? [] : PEERS,
    json: values.json,
  };
}

/** @throws Error with what the peer said last. */
function ask(python: string, peer: (typeof PEERS)[number]): PeerAnswer {
  const request = JSON.stringify({ peer: peer.name, trials: peer.trials, parallel: PARALLEL });
  const { output, status } = spawnSync(python, [path.join(__dirname, 'peers.py'), request], {
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  if (status !== 0)
    throw new Error(`${peer.name} failed: ${(output[2] ?? '').trim().split('\n').slice(-3).join('; ')}`);
  return JSON.parse(output[3] ?? '') as PeerAnswer;
}

async function measure({
  trials,
  sampler,
  repeats,
  bare,
  peers,
}: Options): Promise<{ readonly report: BenchReport; readonly histories: readonly HistoryFigures[] }> {
  const python = peers.length === 0 ? '' : pythonWith('bench-orchestration', path.join(__dirname, 'requirements.txt'));
  const versions = new Map([['stepwell', manifest.version]]);
  const histories: HistoryFigures[] = [];
  const rounds = new Map<string, number[]>(
    [...(bare ? [BARE] : []), ...peers.map(({ name }) => name)].map((name) => [name, []]),
  );
  for (let repeat = 1; repeat <= repeats; repeat++) {
    process.stderr.write(`run ${repeat} of ${repeats}\n`);
    histories.push(await runOurs({ trials, parallel: PARALLEL, sampler }));
    if (bare) rounds.get(BARE)?.push(millisecondsPerTrial(await runBare({ trials, parallel: PARALLEL })));
    for (const peer of peers) {
      const answer = ask(python, peer);
      versions.set(peer.name, answer.version);
      rounds.get(peer.name)?.push(answer.millisecondsPerTrial);
    }
  }
  const ours = histories.map(millisecondsPerTrial);
  const name = `trial-overhead/parallel-${PARALLEL}`;
  // One by one, for to the floor and to a peer it is not the same ratio that counts.
  const results = [...rounds].map(([other, theirs]) => resultOfRounds(name, COST, ours, { [other]: theirs }));
  return {
    report: {
      bench: 'orchestration',
      machine: describeMachine(PARALLEL),
      versions: Object.fromEntries(versions),
      results: results.length > 0 ? results : [resultOfRounds(name, COST, ours, {})],
    },
    histories,
  };
}

const millisecondsPerTrial = ({ seconds, trials }: HistoryFigures): number => (1000 * seconds) / trials;

function formatHistory({ trials, historyBytes, runs, firstTenth, lastTenth }: HistoryFigures): string {
  const text = ({ millisecondsPerTrial, tunerBytes }: Tenth): string =>
    `${millisecondsPerTrial.toFixed(1)} ms a trial and ${Math.round(tunerBytes / 1e6)} MB of the tuner worker`;
  return `${trials} trials: ${Math.round(historyBytes / trials)} history bytes a trial in ${runs} runs of the workflow; ${text(firstTenth)} in the first tenth, ${text(lastTenth)} in the last`;
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const { report, histories } = await measure(options);
  if (options.json) process.stdout.write(`${JSON.stringify({ ...report, histories })}\n`);
  else
    process.stdout.write(
      [...report.results.map(formatResult), ...histories.map(formatHistory), formatSetting(report), ''].join('\n'),
    );
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
