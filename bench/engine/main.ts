/**
 * `npm run bench:engine`: how fast our engine trains and evaluates, next to Keras, PyTorch and TensorFlow.js on the
 * same cores.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { usableCores } from '../../activities/usable-cores';
import manifest from '../../package.json';
import { type BenchReport, type BenchResult, describeMachine, formatResult, formatSetting } from '../report';
import { type EngineCase, engineCases } from './cases';
import { contestants } from './contestants';
import { race } from './race';

const USAGE = `npm run bench:engine -- [--quick] [--only CASE] [--repeats N] [--no-peers] [--threads N] [--json]
  --quick       2 repeats of shorter passes instead of 5
  --only CASE   cases whose name begins so, e.g. resnet20 or mnist-cnn/batch-32
  --repeats N   passes of everybody that count
  --no-peers    ours alone, with its instruments and without
  --threads N   threads of every contestant; all cores unless given
  --json        one JSON object on standard output
The first run installs the peers; PyTorch's wheel for Linux brings several GB of CUDA libraries with it, on machines without a GPU too.
`;

const REPEATS = { full: 5, quick: 2 };

interface Options {
  readonly cases: readonly EngineCase[];
  readonly repeats: number;
  readonly hasPeers: boolean;
  readonly threads: number;
  readonly json: boolean;
}

/** @throws RangeError that says what is wrong with an argument. */
function optionsOf(args: readonly string[]): Options | 'help' {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: flag,
      json: flag,
      help: flag,
      'no-peers': flag,
      only: { type: 'string', default: '' },
      repeats: { type: 'string' },
      threads: { type: 'string' },
    },
  });
  if (values.help) return 'help';
  const length = values.quick ? 'quick' : 'full';
  const all = engineCases(length);
  const cases = all.filter(({ name }) => name.startsWith(values.only));
  if (cases.length === 0)
    throw new RangeError(
      `--only must begin the name of a case (${all.map(({ name }) => name).join(', ')}), got '${values.only}'`,
    );
  return {
    cases,
    hasPeers: !values['no-peers'],
    json: values.json,
    repeats: countOf('--repeats', values.repeats, REPEATS[length]),
    threads: countOf('--threads', values.threads, usableCores()),
  };
}

function countOf(option: string, given: string | undefined, otherwise: number): number {
  const count = Number(given ?? otherwise);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`${option} must be an integer of at least 1, got '${given}'`);
  return count;
}

async function measure(
  { cases, repeats, hasPeers, threads }: Options,
  onResult: (result: BenchResult) => void,
): Promise<BenchReport> {
  const racers = contestants(threads, hasPeers);
  const results: BenchResult[] = [];
  let versions: Readonly<Record<string, string>> = { stepwell: manifest.version };
  for (const of of cases) {
    process.stderr.write(`${of.name}: ${[racers.ours, ...racers.peers].map(({ name }) => name).join(', ')}\n`);
    const outcome = await race(of, racers, repeats);
    outcome.results.forEach(onResult);
    results.push(...outcome.results);
    versions = { ...versions, ...outcome.versions };
  }
  return { bench: 'engine', machine: describeMachine(threads), versions, results };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const report = await measure(options, (result) => {
    if (!options.json) process.stdout.write(`${formatResult(result)}\n`);
  });
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${formatSetting(report)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
