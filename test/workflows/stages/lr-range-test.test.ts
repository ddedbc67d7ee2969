import { deriveSeed, uniform } from '../../../workflows/search/random';
import { lrRangeTest } from '../../../workflows/stages/lr-range-test/stage';
import type { StageContext, StudyFacts } from '../../../workflows/stages/stage';
import type { ScheduleSpec } from '../../../workflows/words/schedule';
import type { Outcome, StepLoss } from '../../../workflows/words/outcome';
import type { Trial, TrialSpec } from '../../../workflows/words/trial';
import { completed, contextOf, drive, FACTS, measured, optionsOf, OUTCOMES } from '../../support/stages';
import type { Network } from '../../support/stages';

/**
 * A network that learns best at `best(seed)`: the training loss of a ramp falls while the rate nears it and blows up
 * beyond ten times it; a constant rate ends on a parabola in its logarithm.
 */
function networkWith(best: (replicate: number) => number, noise = 0.03): Network {
  return (spec) => {
    const replicate = [0, 1, 2, 3, 4].findIndex((one) => spec.seed === deriveSeed(5, 'replicate', one));
    const rate = best(Math.max(0, replicate));
    if (spec.schedule.name !== 'ramp')
      return completed(0.1 + 0.1 * Math.log10(Number(spec.hparams['learningRate']) / rate) ** 2);
    return rampOutcome(spec, rate, noise);
  };
}

function rampOutcome({ schedule, limit, stop, seed }: TrialSpec, best: number, noise: number): Outcome {
  if (schedule.name !== 'ramp' || !('steps' in limit)) throw new Error('expected a ramp of steps');
  const stepLosses: StepLoss[] = [];
  let [loss, lowest] = [2.3, 2.3];
  for (let step = 0; step < limit.steps; step++) {
    const learningRate = schedule.from * (schedule.to / schedule.from) ** (step / (limit.steps - 1));
    loss *= learningRate > 10 * best ? 1.3 : 1 - 0.05 * Math.min(1, learningRate / best);
    lowest = Math.min(lowest, loss);
    stepLosses.push({ step, learningRate, loss: loss * (1 + noise * (2 * uniform(seed, step) - 1)) });
    if (loss > (stop.divergenceFactor ?? Infinity) * lowest)
      return { status: 'diverged', step, measurement: measured(null, { curve: [], stepLosses }) };
  }
  return { status: 'completed', measurement: measured(null, { curve: [], stepLosses }) };
}

const fresh = (options: object = {}, facts: StudyFacts = FACTS) =>
  contextOf(optionsOf('lrRangeTest', options), { facts });
const ramps = ({ trials }: StageContext<unknown>): readonly Trial[] =>
  trials.filter(({ spec }) => spec.schedule.name === 'ramp');
const rangeOf = ({ spec: { schedule } }: Trial): readonly number[] =>
  schedule.name === 'ramp' ? [schedule.from, schedule.to] : [];

it('finds the rate that a network learns at, within a factor of four, with medium confidence at most: it trained at none', () => {
  for (const best of [3e-4, 1e-3, 1e-2]) {
    const context = drive(lrRangeTest, fresh(), { network: networkWith(() => best) });
    const { hparams, confidence, doubts, because } = lrRangeTest.decide(context);
    expect(context.trials).toHaveLength(3);
    expect(Math.abs(Math.log(Number(hparams['learningRate']) / best))).toBeLessThan(Math.log(4));
    expect([confidence, doubts]).toEqual(['medium', ['a rate read off a curve was never trained at']]);
    expect(because).toMatch(/is the median of 3 tests/);
  }
});

it("records every step, stops on divergence and on a dead network, and starts each seed afresh over the optimizer's range", () => {
  const { trials } = drive(lrRangeTest, fresh());
  expect(new Set(trials.map(({ spec }) => spec.seed)).size).toBe(3);
  trials.forEach(({ spec }) =>
    expect(spec).toMatchObject({
      stop: { divergenceFactor: 4, dead: true },
      record: { stepLosses: true },
      schedule: { from: 1e-6, to: 1 },
    }),
  );
  const sgd = { ...FACTS, training: { ...FACTS.training, optimizer: { name: 'sgd' } } } as const;
  expect(lrRangeTest.suggest(fresh({}, sgd))).toMatchObject({
    schedule: { name: 'ramp', from: 1e-5, to: 10 },
    limit: { steps: 200 },
  });
});

it('extends the range upwards while the loss still falls at its end, with further trials as dense as before', () => {
  const context = drive(lrRangeTest, fresh({ from: 1e-6, to: 1e-3 }), { network: networkWith(() => 1e-2) });
  expect(ramps(context).map(rangeOf)).toEqual(
    [...Array(3).fill([1e-6, 1e-3]), ...Array(3).fill([1e-6, 0.1]), ...Array(3).fill([1e-6, 10])].slice(
      0,
      ramps(context).length,
    ),
  );
  expect(ramps(context).length).toBeGreaterThan(3);
  expect(context.trials[3]?.spec.limit).toEqual({ steps: 333 });
  const { hparams } = lrRangeTest.decide(context);
  expect(Math.abs(Math.log10(Number(hparams['learningRate']) / 1e-2))).toBeLessThan(0.7);
});

it('extends the range downwards where training breaks down at once, and not more than twice', () => {
  const context = drive(lrRangeTest, fresh({ from: 1e-2, to: 10 }), { network: networkWith(() => 1e-9) });
  expect([...new Set(ramps(context).map((trial) => rangeOf(trial)[0]))]).toEqual(
    [1e-2, 1e-4, 1e-6].map((from) => expect.closeTo(from, 12)),
  );
});

it('compares constant rates by their scores where the tests disagree', () => {
  const context = drive(lrRangeTest, fresh({ spreadMax: 5 }), {
    network: networkWith((replicate) => [1e-4, 1e-3, 5e-2][replicate] ?? 1e-3),
  });
  const grid = context.trials.slice(3).map(({ spec }) => spec);
  expect(grid).toHaveLength(7);
  grid.forEach((spec) =>
    expect(spec).toMatchObject({
      schedule: { name: 'constant' },
      evaluate: { validation: 'epoch' },
      limit: { steps: 200 },
    }),
  );
  const { because, confidence, hparams, evidence } = lrRangeTest.decide(context);
  expect(because).toMatch(/the tests differ by a factor of .*, so \d constant rates trained 200 steps each/);
  expect(confidence).toBe('medium');
  // Constant rates are judged by the network of replicate 0.
  expect(Math.abs(Math.log10(Number(hparams['learningRate']) / 1e-4))).toBeLessThan(0.6);
  expect(evidence.plots.map(({ title }) => title)).toEqual(['Learning-rate range test', 'Constant learning rates']);
});

it('compares constant rates over the whole range where no rule answers', () => {
  const flat: Network = (spec) => {
    if (spec.schedule.name !== 'ramp')
      return completed(0.5 + Math.abs(Math.log10(Number(spec.hparams['learningRate'])) + 3));
    const stepLosses = Array.from({ length: 200 }, (_, step) => ({
      step,
      learningRate: 1e-6 * 10 ** (step / 34),
      loss: 2.3,
    }));
    return completed(null, { stepLosses });
  };
  const context = drive(lrRangeTest, fresh(), { network: flat });
  expect(context.trials.slice(3).map(({ spec }) => spec.hparams['learningRate'])).toEqual(
    [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1].map((rate) => expect.closeTo(rate, 12)),
  );
  expect(lrRangeTest.decide(context)).toMatchObject({
    hparams: { learningRate: 1e-3 },
    because: expect.stringContaining('the tests gave no clear answer'),
  });
});

it('looks further where the best constant rate is at an end of those tried, and not beyond one that failed', () => {
  const answers = [1e-4, 1e-3, 5e-2];
  const ending =
    (best: number): Network =>
    (spec, facts) => {
      if (spec.schedule.name === 'ramp') return networkWith((replicate) => answers[replicate] ?? 1e-3)(spec, facts);
      const rate = Number(spec.hparams['learningRate']);
      return rate > 0.3 ? OUTCOMES.diverged(spec, facts) : completed(0.1 + Math.log10(rate / best) ** 2);
    };
  const grid = (best: number): readonly number[] =>
    drive(lrRangeTest, fresh({ spreadMax: 5 }), { network: ending(best) })
      .trials.slice(3)
      .map(({ spec }) => Number(spec.hparams['learningRate']));
  expect(grid(1e-3)).toHaveLength(7);
  expect(grid(1e-8)).toHaveLength(9);
  expect(grid(1e-8)[8]! * Math.sqrt(10)).toBeCloseTo(grid(1e-8)[7]!, 6);
  const high = grid(10);
  expect(high.filter((rate) => rate > 0.3).length).toBeLessThanOrEqual(1);
});

it('cycles momentum as its option says, else as the schedule of the training does', () => {
  const cycledMomentum = { max: 0.95, min: 0.85 };
  const schedule = {
    name: 'oneCycle',
    peakFraction: 0.3,
    initialFactor: 0.04,
    finalFactor: 0,
    cycledMomentum,
  } as const;
  const facts = { ...FACTS, training: { ...FACTS.training, schedule } };
  expect(lrRangeTest.suggest(fresh({}, facts))?.schedule).toEqual({ name: 'ramp', from: 1e-6, to: 1, cycledMomentum });
  expect(lrRangeTest.suggest(fresh({ cycledMomentum: { max: 0.9, min: 0.5 } }, facts))?.schedule).toMatchObject({
    cycledMomentum: { max: 0.9, min: 0.5 },
  });
  expect(lrRangeTest.suggest(fresh())?.schedule).toEqual({ name: 'ramp', from: 1e-6, to: 1 });
});

it('takes the middle one of the three rules, so that one of them may be far off', () => {
  const context = drive(lrRangeTest, fresh(), { network: networkWith(() => 1e-3) });
  const { tables } = lrRangeTest.decide(context).evidence;
  const column = (name: string): readonly unknown[] =>
    tables[0]!.rows.map((row) => row[tables[0]!.columns.indexOf(name)]);
  const [valley, minimum, steep, answers] = ['valley', 'minimum', 'steep', 'answer'].map(column) as [
    number[],
    number[],
    number[],
    number[],
  ];
  answers.forEach((answer, i) => expect(answer).toBe([valley[i]!, minimum[i]!, steep[i]!].sort((a, b) => a - b)[1]));
});

it('takes the lowest loss of plain sgd as nearer to the answer than that of an optimizer that averages over steps', () => {
  const rateOf = (name: 'sgd' | 'momentum'): number => {
    const facts = { ...FACTS, training: { ...FACTS.training, optimizer: { name } } } as const;
    const { evidence, because } = lrRangeTest.decide(
      drive(lrRangeTest, fresh({}, facts), { network: networkWith(() => 1e-2) }),
    );
    expect(because).toContain(name === 'sgd' ? 'minimum/4' : 'minimum/10');
    return Number(evidence.tables[0]!.rows[0]![evidence.tables[0]!.columns.indexOf('minimum')]);
  };
  expect(rateOf('sgd') / rateOf('momentum')).toBeCloseTo(2.5, 1);
});

it('says of a test that broke down at which rate it did, as it is meant to', () => {
  const { tables } = lrRangeTest.decide(drive(lrRangeTest, fresh(), { network: networkWith(() => 1e-3) })).evidence;
  tables[0]!.rows.forEach((row) => expect(row[1]).toMatch(/^diverged at 0\.0\d+$/));
});

it('shows the curves with the rules on them and a table of rules by tests', () => {
  const { evidence, alternatives } = lrRangeTest.decide(
    drive(lrRangeTest, fresh(), { network: networkWith(() => 1e-3) }),
  );
  expect(evidence.plots[0]?.series).toHaveLength(3);
  expect(evidence.plots[0]?.marks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['minimum', 'steep', 'valley', 'decision']),
  );
  expect(evidence.tables[0]).toMatchObject({
    columns: ['test', 'ended', 'minimum', 'steep', 'valley', 'slide', 'answer'],
  });
  expect(alternatives.map(({ note }) => note)).toEqual(
    expect.arrayContaining(
      ['steep', 'valley'].map((rule) => `by the rule ${rule}, read off the same 3 tests: 3 s of device time`),
    ),
  );
});

it('trusts one test less, and says what to do', () => {
  const { confidence, evidence } = lrRangeTest.decide(
    drive(lrRangeTest, fresh({ replicates: 1 }), { network: networkWith(() => 1e-3) }),
  );
  expect(confidence).toBe('low');
  expect(evidence.warnings.join()).toContain('set replicates to 3');
});

it('tells a batch that does not fit from a network that does not learn', () => {
  const memory = drive(lrRangeTest, fresh(), { network: OUTCOMES.outOfMemory });
  expect(memory.trials).toHaveLength(3);
  expect(() => lrRangeTest.decide(memory)).toThrow(
    'no learning rate found [stage=stage, trials=3 outOfMemory, batchSize=32]: set training.hparams.batchSize below 32',
  );
  expect(() => lrRangeTest.decide(drive(lrRangeTest, fresh(), { network: OUTCOMES.diverged }))).toThrow(
    /check the data set and the model/,
  );
});

describe('an answer is a constant rate, and the study trains along a schedule', () => {
  const decided = (schedule: ScheduleSpec, changes: object = {}, network = networkWith(() => 1e-3)) =>
    lrRangeTest.decide(
      drive(lrRangeTest, fresh(changes, { ...FACTS, training: { ...FACTS.training, schedule } }), { network }),
    );
  const constant = Number(decided({ name: 'constant' }).hparams['learningRate']);

  it.each<readonly [ScheduleSpec, number]>([
    [{ name: 'cosine', finalFactor: 0 }, 0.502],
    [{ name: 'oneCycle', peakFraction: 0.3, initialFactor: 0.04, finalFactor: 0 }, 0.504],
    [{ name: 'piecewise', milestones: [{ epoch: 4, factor: 0.1 }] }, 0.55],
    [{ name: 'exponential', factorPerEpoch: 0.8 }, 0.468],
  ])('so the peak of %j is the constant rate over its mean, and the reason says so', (schedule, mean) => {
    const { hparams, because, alternatives } = decided(schedule);
    expect(Number(hparams['learningRate']) * mean).toBeCloseTo(constant, 4);
    expect(because).toContain(`since the ${schedule.name} schedule averages to ${mean} of its peak`);
    const [plain, corrected] = [decided({ name: 'constant' }).alternatives, alternatives].map(
      (list) => list.find(({ note }) => note.includes('valley'))!.hparams['learningRate'] as number,
    );
    expect((plain! / corrected!).toFixed(2)).toBe(mean.toFixed(2));
  });

  it('but no higher than where the tests themselves did best', () => {
    const { hparams, because, evidence } = decided({ name: 'exponential', factorPerEpoch: 0.05 });
    expect(because).toContain('(no more, for higher rates did worse)');
    const minimum = evidence.plots[0]!.marks.find(({ name }) => name === 'minimum')!.x;
    expect(Number(hparams['learningRate']) / minimum).toBeCloseTo(10, 0);
  });

  it('also where constant rates decided', () => {
    const disagreeing = networkWith((replicate) => [1e-4, 1e-3, 5e-2][replicate] ?? 1e-3);
    const { hparams, because } = decided({ name: 'cosine', finalFactor: 0 }, { spreadMax: 5 }, disagreeing);
    const plain = decided({ name: 'constant' }, { spreadMax: 5 }, disagreeing);
    expect(Number(hparams['learningRate']) / Number(plain.hparams['learningRate'])).toBeCloseTo(2, 1);
    expect(because).toMatch(/cosine schedule averages to 0.502 of its peak; [\d.e-]+ is the one with the best valLoss/);
  });
});

it('answers alike however many steps a test has, for its smoothing covers as much of the range', () => {
  const loss = (rate: number): number => {
    const x = Math.log10(rate);
    return 0.3 + 2 / (1 + Math.exp(4 * (x + 3))) + (x > -1.2 ? 3 * (x + 1.2) ** 2 : 0);
  };
  const lowest = [50, 100, 200, 400].map((steps) => {
    const network: Network = ({ limit }) => {
      const count = 'steps' in limit ? limit.steps : 0;
      const stepLosses = Array.from({ length: count }, (_, step) => {
        const learningRate = 1e-6 * 1e6 ** (step / (count - 1));
        return { step, learningRate, loss: loss(learningRate) };
      });
      return completed(null, { stepLosses });
    };
    const { evidence } = lrRangeTest.decide(drive(lrRangeTest, fresh({ steps }), { network }));
    return evidence.plots[0]!.marks.find(({ name }) => name === 'minimum')!.x;
  });
  expect(Math.max(...lowest) / Math.min(...lowest)).toBeLessThan(1.25);
});
