/**
 * `npm run chaos`: the same study again and again while a killer strikes at all that it runs on, compared with the
 * study undisturbed.
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { deriveSeed } from '../../workflows/search/random';
import { compileProduct } from '../support/compiled';
import { startWatchdog } from '../support/watchdog';
import { startServers } from './arena';
import { lossesOf, problemsOf } from './checks';
import type { Losses } from './checks';
import type { RecordedBlow } from './killer';
import { RandomStream } from './random';
import { runRound } from './round';

const USAGE = `npm run chaos -- [--minutes N] [--kills N] [--seed S] [--every SECONDS] [--json]
  --minutes N      rounds begin for this long; 10 unless given
  --kills N        end after this many blows, whichever comes first
  --seed S         decides what is hit and when; 1 unless given
  --every SECONDS  mean time between two blows; 4 unless given
  --json           one JSON object on standard output
`;

interface Options {
  readonly minutes: number;
  readonly kills: number;
  readonly seed: number;
  readonly every: number;
  readonly json: boolean;
}

export interface ChaosReport {
  readonly seed: number;
  readonly rounds: number;
  readonly blows: Readonly<Record<string, number>>;
  readonly blowsTotal: number;
  readonly losses: Losses;
  readonly undisturbedSeconds: number;
  readonly roundSeconds: readonly number[];
  /** None if every promise was kept. */
  readonly problems: readonly string[];
}

/** @throws RangeError that says what is wrong with an argument. */
function optionsOf(args: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text,
      kills: text,
      seed: text,
      every: text,
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return 'help';
  const positive = (name: 'minutes' | 'kills' | 'seed' | 'every', otherwise: number): number => {
    const number = Number(values[name] ?? otherwise);
    if (!(number > 0)) throw new RangeError(`--${name} must be a number above 0, got '${values[name]}'`);
    return number;
  };
  return {
    minutes: positive('minutes', 10),
    kills: positive('kills', Infinity),
    seed: positive('seed', 1),
    every: positive('every', 4),
    json: values.json === true,
  };
}

/** Runs rounds until the time or the blows are used up. */
export async function chaos(
  { minutes, kills, seed, every }: Omit<Options, 'json'>,
  tell: (line: string) => void,
): Promise<ChaosReport> {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-chaos-'));
  const watchdog = startWatchdog(folder);
  const removeCompiled = await compileProduct();
  const servers = await startServers(folder, (pid) => watchdog.guard(pid));
  try {
    const undisturbed = await runRound(servers, 'undisturbed');
    tell(`undisturbed: ${undisturbed.trials.size} trials in ${undisturbed.seconds.toFixed(0)} s`);
    const endAt = performance.now() + minutes * 60_000;
    const [blows, problems, roundSeconds]: [RecordedBlow[], string[], number[]] = [[], [], []];
    const losses: Losses[] = [];
    for (let number = 1; number === 1 || (performance.now() < endAt && blows.length < kills); number++) {
      const onBlow = ({ name, what }: RecordedBlow): void => tell(`  ${name}: ${what}`);
      const round = await runRound(servers, `round-${number}`, {
        random: new RandomStream(deriveSeed(seed, number)),
        meanSeconds: every,
        blowsMax: kills - blows.length,
        isLong: minutes > LONG_MINUTES,
        onBlow,
      });
      const found = problemsOf(round, undisturbed);
      blows.push(...round.blows);
      problems.push(...found.map((problem) => `round ${number}: ${problem}`));
      losses.push(lossesOf(round));
      roundSeconds.push(round.seconds);
      tell(
        `round ${number}: ${round.blows.length} blows in ${round.seconds.toFixed(0)} s, ${found.length === 0 ? 'every bit as undisturbed' : found.join('; ')}`,
      );
    }
    return {
      seed,
      rounds: losses.length,
      blows: countByName(blows),
      blowsTotal: blows.length,
      losses: summed(losses),
      undisturbedSeconds: undisturbed.seconds,
      roundSeconds,
      problems,
    };
  } finally {
    await servers.close();
    watchdog.dismiss();
    removeCompiled();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** From here on there is time for blows that take a minute to be noticed. */
const LONG_MINUTES = 5;

function countByName(blows: readonly RecordedBlow[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { name } of blows) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function summed(losses: readonly Losses[]): Losses {
  const total = (of: (loss: Losses) => number): number => losses.reduce((sum, loss) => sum + of(loss), 0);
  return {
    receipts: total(({ receipts }) => receipts),
    stepsLost: total(({ stepsLost }) => stepsLost),
    deviceSecondsLost: total(({ deviceSecondsLost }) => deviceSecondsLost),
    deviceSeconds: total(({ deviceSeconds }) => deviceSeconds),
    stepsLostMax: Math.max(...losses.map(({ stepsLostMax }) => stepsLostMax)),
  };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(USAGE);
    return;
  }
  const report = await chaos(options, (line) => process.stderr.write(`${line}\n`));
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${JSON.stringify(report, null, 2)}\n`);
  if (report.problems.length > 0) process.exitCode = 1;
}

if (require.main === module) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
