import { taskOf } from '../../workflows/tasks';
import type { StudyStatus } from '../../workflows/words/progress';
import { furtherValues } from '../wording/metrics';
import { counted, formatScore, formatSeconds } from '../wording/numbers';
import { html } from './html';
import type { Content, Html } from './html';
import { addressOf } from './provenance';
import type { ReportInput, StageView } from './stage-view';
import { wilsonInterval } from './wilson';

const STATUS_WORDS: Readonly<Record<StudyStatus, string>> = {
  resolving: 'starting',
  running: 'still running',
  paused: 'paused',
  waiting: 'waiting for approval',
  completed: 'completed',
  cancelled: 'cancelled',
  failed: 'failed',
};

/** The answer before anything else: what the study reached, what it cost, where the model is. */
export function headline(input: ReportInput, views: readonly StageView[]): Html {
  const { record } = input;
  const { study, progress, final } = record;
  return html`<header>
<p class="kicker">Stepwell study <span class="badge ${progress.status}">${STATUS_WORDS[progress.status]}</span></p>
<h1>${study.name}</h1>
${final === null ? unfinished(input, views) : html`<dl class="answer">${testFigures(input)}</dl>`}
<dl class="figures">
${figure('device time', formatSeconds(progress.deviceSeconds), budgetNote(input))}
${figure('trials', String(progress.trials), reusedNote(views))}
${figure('recoveries', String(progress.recoveries.count), lossNote(input))}
</dl>
${final !== null && html`<p class="quiet">From trial <code>${final.trialId}</code>${final.model !== null && html`; its exported model is at <code>${addressOf(input, 'model/')}</code>`}</p>`}
</header>`;
}

function testFigures({ record: { study, final } }: ReportInput): Content {
  const test = final?.test ?? null;
  if (test === null)
    return figure('test', 'not measured', 'the final trial ended before its evaluation on the test set');
  const { testExamples, testFrom } = study.dataset.split;
  const examples = `${counted(testExamples, 'example')}${testFrom === 'train' ? ' held out of the training part' : ''}`;
  const { accuracy = null, loss = null } = test.values;
  const { loss: lossName } = taskOf(study);
  const [low, high] = wilsonInterval(accuracy ?? Number.NaN, Math.max(1, testExamples));
  return [
    accuracy !== null &&
      figure(
        'test accuracy',
        formatScore(accuracy),
        `95 % interval ${formatScore(low)} to ${formatScore(high)}, on ${examples}`,
      ),
    test.topK !== undefined &&
      figure(
        `top-${test.topK.k} accuracy`,
        formatScore(test.topK.accuracy),
        `the right class is among the first ${test.topK.k} answers`,
      ),
    figure('test loss', formatScore(loss), `${lossName} of the same weights`),
    ...furtherValues(test.values).map(([title, value]) => figure(`test ${title}`, formatScore(value), '')),
  ];
}

function unfinished({ record: { progress, failure } }: ReportInput, views: readonly StageView[]): Html {
  const decided = views.filter(({ decision }) => decision !== undefined).length;
  const where = views.find(({ decision }) => decision === undefined);
  const at =
    where === undefined
      ? ''
      : ` ${decided === 0 && where.trials.length === 0 ? 'before' : 'in'} stage ${where.progress.stageId}`;
  const sentence =
    progress.status === 'completed'
      ? 'This study has no stage that trains for good, so there is no test result: the hyperparameters below are its answer.'
      : `There is no test result: the study ${progress.status === 'running' || progress.status === 'resolving' ? 'is still' : `was ${progress.status === 'failed' ? 'ended by a failure' : 'cancelled'}`}${at}.`;
  return html`<div class="notice ${progress.status}"><p><strong>${sentence}</strong></p>
${failure !== undefined && html`<p>${failure}</p>`}
<p>${decided} of ${counted(views.length, 'stage')} decided. What was found until then is below, and stays in the store for the next study to reuse.</p></div>`;
}

function figure(name: string, value: string, note: Content): Html {
  return html`<div><dt>${name}</dt><dd>${value}${note !== '' && html`<small>${note}</small>`}</dd></div>`;
}

function budgetNote({ record: { study } }: ReportInput): string {
  const { deviceMinutes } = study.budget;
  return deviceMinutes === null ? 'no limit was set' : `of ${formatSeconds(deviceMinutes * 60)} allowed`;
}

function reusedNote(views: readonly StageView[]): string {
  const trials = views.flatMap((view) => view.trials);
  const reused = trials.filter((trial) => trial.reused).length;
  return reused === 0
    ? `in ${counted(views.filter((view) => view.trials.length > 0).length, 'stage')}`
    : `${reused} found finished in the store`;
}

function lossNote({ record: { progress } }: ReportInput): string {
  const { count, stepsLost, deviceSecondsLost } = progress.recoveries;
  return count === 0
    ? 'nothing died'
    : `${counted(stepsLost, 'step')} and ${formatSeconds(deviceSecondsLost)} done twice`;
}
