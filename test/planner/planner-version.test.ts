import options from './options.json';
import { PLANNER_ANSWERS, PLANNER_VERSION } from '../../workflows/driver/planner-version';
import { askedDigest } from '../../workflows/trials/asked';
import { digestOf, samplerAnswers, stageAnswers } from '../nodes/decisions';

/**
 * Of what decides, not of the words for it.
 *
 * @param frozen Options as they were when the version was raised.
 */
function stageDigest(frozen: Readonly<Record<string, unknown>>): string {
  return digestOf(
    Object.entries(stageAnswers(frozen)).map(([asked, { trials, decision }]) => [
      asked,
      trials.map(askedDigest),
      decision.hparams,
      decision.confidence,
    ]),
  );
}

test('the planner answers as its version always has', () => {
  const now = digestOf([samplerAnswers(), stageDigest(options)]);
  if (now !== PLANNER_ANSWERS) {
    throw new Error(
      `planner version ${PLANNER_VERSION} answered ${PLANNER_ANSWERS} to the fixed questions, and answers ${now} now: studies that run would go on by other rules than they began with. ` +
        `If that is not meant, find what changed. If it is, raise it: PLANNER_VERSION to ${PLANNER_VERSION + 1} and PLANNER_ANSWERS to '${now}' in workflows/driver/planner-version.ts, ` +
        'freeze the options (node --import tsx test/planner/freeze.ts) and record the histories anew (npm run histories)',
    );
  }
});

test('an option that older studies lack changes the answers of a stage that reads it', () => {
  const { epochsFactorMax: _, ...older } = options['stage batchSizeLadder'];
  const [now, then] = [options['stage batchSizeLadder'], older].map((ladder) =>
    stageDigest({ 'stage batchSizeLadder': ladder }),
  );
  expect(then).not.toBe(now);
});
