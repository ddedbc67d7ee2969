import { FACTS } from '../../support/stages';
import { ACCURACY, simulator } from './sweep-studies';
import type { Simulated, StudyPlan } from './sweep-studies';

const STUDIES = 2000;
/** Of what is the same but for one thing. */
const FEWER = 700;
/** Three standard errors of a share of 5 % over so many studies, and over fewer. */
const LUCK = 0.015;
const LUCK_OF_FEWER = 0.025;

const share = (studies: readonly Simulated[], is: (study: Simulated) => boolean): number =>
  studies.filter(is).length / studies.length;
function run(plan: StudyPlan, studies = STUDIES): readonly Simulated[] {
  const simulate = simulator(plan);
  return Array.from({ length: studies }, (_, study) => simulate(study + 1));
}

const NOTHING: StudyPlan = { effect: () => 0 };
const SOMETHING: StudyPlan = { effect: (draw) => 0.6 * draw };

const CASES: readonly (readonly [string, Partial<StudyPlan>])[] = [
  ['as it is', {}],
  ['with three seeds', { options: { replicates: 3 } }],
  ['with one contender', { options: { replicateTop: 1 } }],
  ['by accuracy', { objective: ACCURACY }],
  ['where seeds fail', { failing: 0.05 }],
  ['where a pruner has stopped most points', { whole: 6 }],
  [
    'where some points break a constraint',
    { options: { constraints: { parameters: { max: 5000 } } }, parameters: (point) => (point % 2 === 0 ? 1000 : 9000) },
  ],
];

describe.each(CASES)('a sweep %s', (name, changes) => {
  it('in which nothing is better calls a change high in at most one of twenty, medium in one of five', () => {
    const [count, luck] = name === 'as it is' ? [STUDIES, LUCK] : [FEWER, LUCK_OF_FEWER];
    const studies = run({ ...NOTHING, ...changes }, count);
    expect(share(studies, ({ adopted }) => adopted)).toBeGreaterThan(0.3);
    expect(share(studies, ({ adopted, confidence }) => adopted && confidence === 'high')).toBeLessThan(0.05 + luck);
    expect(share(studies, ({ adopted, confidence }) => adopted && confidence === 'medium')).toBeLessThan(0.2 + luck);
  });
});

it('whose points truly differ by far is sure in at least four of five, and then seldom wrong', () => {
  const studies = run(SOMETHING);
  expect(share(studies, ({ adopted, confidence }) => adopted && confidence === 'high')).toBeGreaterThan(0.8);
  expect(share(studies, ({ confidence, gain }) => confidence === 'high' && gain <= 0)).toBeLessThan(0.01);
});

it('adopts leniently, for that finds the most', () => {
  const studies = run({ effect: (draw) => 0.15 * draw }, FEWER);
  const sure = studies.map(({ gain, confidence }) => (confidence === 'high' ? gain : 0));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / FEWER;
  expect(mean(studies.map(({ gain }) => gain))).toBeGreaterThan(2 * mean(sure));
});

it('is sure that the study stays in at most one of twenty where a tested point is better by just the margin', () => {
  const margin = 0.1;
  const studies = run({ effect: () => -Math.log(1 - margin), options: { equivalenceMargin: margin } }, FEWER);
  const keeps = (confidence: string) => (study: Simulated) => !study.adopted && study.confidence === confidence;
  expect(share(studies, keeps('high'))).toBeLessThan(0.05 + LUCK_OF_FEWER);
  expect(share(studies, keeps('medium'))).toBeLessThan(0.2 + LUCK_OF_FEWER);
});

it('is sure that the study stays where the others are far worse, and says so', () => {
  const studies = run({ effect: (draw) => -1.5 - 0.1 * draw }, FEWER);
  expect(share(studies, ({ adopted, confidence }) => !adopted && confidence === 'high')).toBeGreaterThan(0.8);
});

/** What all draws of the same examples have in common, as Nadeau and Bengio take it; of five folds as well. */
const shared = FACTS.validationExamples / (FACTS.validationExamples + FACTS.trainExamples);

describe('a sweep over five folds', () => {
  const plan = { shared, folds: 5, options: { replicates: 2 } };
  const isHigh = ({ adopted, confidence }: Simulated) => adopted && confidence === 'high';

  // Of five times as many trainings a study.
  it('is sure where points differ by far, and seldom where they do not', () => {
    const nothing = run({ ...NOTHING, ...plan }, STUDIES / 4);
    expect(share(nothing, isHigh)).toBeLessThan(0.05);
    expect(share(nothing, ({ adopted, confidence }) => adopted && confidence === 'medium')).toBeLessThan(0.2);
    const studies = run({ ...SOMETHING, ...plan }, STUDIES / 4);
    expect(share(studies, isHigh)).toBeGreaterThan(0.6);
    expect(share(studies, ({ confidence, gain }) => confidence === 'high' && gain <= 0)).toBeLessThan(0.01);
  });
});

describe('a sweep whose replicates vary the split', () => {
  it.each([{ seeds: 4 }, { seeds: 3, seedsMax: 8 }])(
    'is not taken in by examples that all splits share, with %j',
    (seeds) => {
      const wrong = (splits: boolean) =>
        share(
          run({ ...NOTHING, shared, options: { replicates: { ...seeds, splits } } }, FEWER),
          ({ adopted, confidence }) => adopted && confidence === 'high',
        );
      expect(wrong(true)).toBeLessThan(0.05 + LUCK_OF_FEWER);
      expect(wrong(false)).toBeGreaterThan(0.1);
    },
  );

  it('finds what is far better, with a few more of them', () => {
    const studies = run({ ...SOMETHING, shared, options: { replicates: { seeds: 6, splits: true } } }, FEWER);
    expect(share(studies, ({ adopted, confidence }) => adopted && confidence === 'high')).toBeGreaterThan(0.65);
    expect(share(studies, ({ confidence, gain }) => confidence === 'high' && gain <= 0)).toBeLessThan(0.01);
  });
});

describe('a sweep that trains further seeds where these may change its verdict', () => {
  const further = { options: { replicates: { seeds: 3, seedsMax: 8 } } };

  it('is wrong no more often for having looked several times', () => {
    const studies = run({ ...NOTHING, ...further });
    expect(share(studies, ({ adopted, confidence }) => adopted && confidence === 'high')).toBeLessThan(0.05 + LUCK);
    expect(share(studies, ({ adopted, confidence }) => adopted && confidence === 'medium')).toBeLessThan(0.2 + LUCK);
    const margin = 0.1;
    const options = { ...further.options, equivalenceMargin: margin };
    const better = run({ effect: () => -Math.log(1 - margin), options }, FEWER);
    expect(share(better, ({ adopted, confidence }) => !adopted && confidence === 'high')).toBeLessThan(
      0.05 + LUCK_OF_FEWER,
    );
  });

  it('is sure more often than with fixed seeds at the same cost, and stops where nothing is open', () => {
    const studies = run({ ...SOMETHING, ...further }, FEWER);
    const [five, eight] = [5, 8].map((replicates) => run({ ...SOMETHING, options: { replicates } }, FEWER));
    const isSure = ({ adopted, confidence }: Simulated) => adopted && confidence === 'high';
    const trainings = studies.reduce((sum, study) => sum + study.trainings, 0) / FEWER;
    expect(share(studies, isSure)).toBeGreaterThan(share(five!, isSure));
    expect(trainings).toBeLessThan(1.05 * five![0]!.trainings);
    expect(trainings).toBeLessThan(0.8 * eight![0]!.trainings);
  });
});
