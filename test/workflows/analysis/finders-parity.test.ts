/**
 * Against the finders that people come from: fastai's learning-rate rules and Lightning's batch-size finder.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SUGGESTION_RULES } from '../../../workflows/analysis';
import type { SuggestionRuleName } from '../../../workflows/analysis';
import { batchSizeLadder } from '../../../workflows/stages/batch-size-ladder/stage';
import { contextOf, drive, INCUMBENT, measured, optionsOf } from '../../support/stages';
import type { Network } from '../../support/stages';

interface Case {
  readonly name: string;
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly answers: Readonly<Record<SuggestionRuleName, number>>;
}

/** Recorded by bench/fixtures/record-lr-rules.py. */
const { cases } = JSON.parse(readFileSync(path.join(__dirname, 'fixtures', 'fastai-rules.json'), 'utf8')) as {
  readonly cases: readonly Case[];
};

/** Points of the curve between our answer and fastai's. */
function pointsApart(rule: SuggestionRuleName, { rates, losses, answers }: Case): number {
  const answer = SUGGESTION_RULES[rule](rates.map((learningRate, i) => ({ learningRate, loss: losses[i]! })));
  return Math.abs(Math.log(answer! / answers[rule])) / Math.log(rates[1]! / rates[0]!);
}

describe.each(cases)('on $name', (recorded) => {
  it.each(['minimum', 'valley'] as const)('%s answers as in fastai', (rule) => {
    expect(pointsApart(rule, recorded)).toBeCloseTo(0, 3);
  });

  it('steep answers as in fastai but for one point: fastai takes the slope to the next point, this one the slope across a point', () => {
    expect(pointsApart('steep', recorded)).toBeLessThan(1.01);
  });
});

it.each(cases.filter(({ rates }) => Math.log10(rates.at(-1)! / rates[0]!) > 7))(
  'slide answers as in fastai on $name, over eight decades',
  (recorded) => {
    expect(pointsApart('slide', recorded)).toBeCloseTo(0, 3);
  },
);

describe('beside the batch-size finder of Lightning', () => {
  /**
   * Lightning's rule `power`: double until memory ends, then halve once. By its own words it never runs the answer if
   * `max` comes first.
   */
  function power(
    fits: number,
    first: number,
    most: number,
  ): { readonly answer: number; readonly ran: readonly number[] } {
    const ran: number[] = [];
    for (let size = first; ; size *= 2) {
      if (size > most) return { answer: size, ran };
      ran.push(size);
      if (size > fits) return { answer: size / 2, ran };
    }
  }

  const ladderOn = (fits: number, batchSizeMin: number, batchSizeMax: number) => {
    const network: Network = ({ hparams }) =>
      Number(hparams['batchSize']) > fits
        ? { status: 'outOfMemory', where: 'device', detail: 'OOM' }
        : {
            status: 'completed',
            measurement: measured(0.3, { stepSeconds: { median: 0.01, p10: 0.01, p90: 0.01, count: 20 } }),
          };
    const options = optionsOf('batchSizeLadder', {
      batchSizeMin,
      batchSizeMax,
      strategy: 'largest',
      memoryMargin: 0,
      resolution: 1,
    });
    const base = contextOf(options, { incumbent: { ...INCUMBENT, batchSize: batchSizeMin } });
    const context = drive(
      batchSizeLadder,
      { ...base, facts: { ...base.facts, trainExamples: 60_000 } },
      { network, parallel: 1 },
    );
    return {
      answer: Number(batchSizeLadder.decide(context).hparams['batchSize']),
      ran: context.trials.map(({ spec }) => Number(spec.hparams['batchSize'])),
    };
  };

  it.each([3, 100, 128, 6000])('the ladder climbs as `power` does where %d examples fit', (fits) => {
    const ours = ladderOn(fits, 2, 8192);
    const theirs = power(fits, 2, 8192);
    expect(ours.answer).toBe(theirs.answer);
    expect(ours.ran.slice(0, theirs.ran.length)).toEqual(theirs.ran);
  });

  it('the ladder ends at a size that ran where `power` goes on to one that never did', () => {
    const [ours, theirs] = [ladderOn(1e6, 2, 100), power(1e6, 2, 100)];
    expect(theirs).toMatchObject({ answer: 128 });
    expect(theirs.ran).not.toContain(128);
    expect(ours.answer).toBe(64);
    expect(ours.ran).toContain(64);
  });

  it('where nothing fits the ladder says so, while halving goes on to 0', () => {
    expect(() => ladderOn(1, 2, 64)).toThrow('no batch size passed');
  });
});
