import { renderReport } from '../../../activities/report';
import type { TrialSummary } from '../../../workflows/words/progress';
import { optionsOf } from '../../support/stages';
import { sampleStudy } from './sample-study';

function textOf(input: Parameters<typeof renderReport>[0]): string {
  const page = renderReport(input);
  const section = page.slice(page.indexOf('What bears on'), page.indexOf('<h2>Stages'));
  return section.replace(/<[^>]*>/g, ' ').replace(/&[a-z]+;/g, ' ');
}

it('a report says by its own numbers how data, model, goal and hardware bear on the rate and the batch', () => {
  const input = sampleStudy();
  const hparams = { ...input.record.final!.hparams, batchSize: 32, learningRate: 0.01 };
  const trial = (number: number, batchSize: number, deviceSeconds: number): TrialSummary => ({
    trialId: `final-train/${number}`,
    stageId: 'final-train',
    label: '',
    hparams: { ...hparams, batchSize },
    status: 'completed',
    score: 0.1,
    epochs: 10,
    parameters: 34_500,
    deviceSeconds,
    reused: false,
    hash: 'h',
  });
  // 11,500 examples in 4 s and in 2 s.
  const trials = [trial(0, 32, 4), trial(1, 64, 2)];
  const decisions = input.decisions.map((kept) =>
    kept.decision.stageId === 'final-train' ? { ...kept, trials } : { ...kept, trials: [] },
  );
  const text = textOf({
    ...input,
    decisions,
    record: { ...input.record, final: { ...input.record.final!, hparams } },
  });
  expect(text).toMatch(/Data: 1,?150 training examples make 35\.94 steps of 32 an epoch, 432 in 12 epochs/);
  expect(text).toMatch(/the rate, 0\.01, is 0\.005023 on average over them. A batch of 64 would leave 216 steps/);
  expect(text).toMatch(
    /Model: 34,?500 parameters, 30 for each training example, enough to learn every example by heart/,
  );
  expect(text).toMatch(
    /Goal: .* valLoss at the best of 12 epochs \(432 steps\) on 287 validation images; no stage compared/,
  );
  expect(text).toMatch(
    /a step of 32 took 11\.13 ms .*, 2,?875 images a second; one of 64 took 11\.13 ms, so that an epoch takes 0\.5 times/,
  );
  expect(renderReport(sampleStudy({ decided: 0, status: 'running' }))).not.toContain('What bears on');
});

it('counts the steps of batches that grow, and says what they were compared with', () => {
  const input = sampleStudy();
  const { study, final } = input.record;
  const options = optionsOf('batchSizeLadder', { strategy: 'progressive' });
  const text = textOf({
    ...input,
    record: {
      ...input.record,
      study: { ...study, stages: [{ stage: 'batchSizeLadder', stageId: 'ladder', options }, ...study.stages] },
      final: { ...final!, hparams: { ...final!.hparams, batchSize: 32, batchGrowth: 'doubling' } },
    },
  });
  expect(text).toMatch(/35\.94 steps of 32 an epoch, 270 in 12 epochs, as batches grow/);
  expect(text).toMatch(/batches that grow were compared with batches of one size, by the same score/);
});
