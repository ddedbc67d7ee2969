/**
 * A study's result for people.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { furtherValues } from '../activities/wording/metrics';
import { counted, formatElapsed, formatPlain } from '../activities/wording/numbers';
import { replacementOf } from '../activities/wording/superseded';
import type { StudyResult, TestResult } from '../workflows/words/progress';
import type { StudyOrigin } from '../workflows/words/study';
import { embeddedFolder } from '../workers/config';
import type { Environment } from '../workers/environment';
import { hparamsText, recoveriesText } from './format';

/**
 * The result as text.
 * @param storeFolder Where embedded services keep objects as plain files; their path on disk is shown too.
 */
export function resultText(result: StudyResult, storeFolder: string | undefined): string {
  const { studyId, decisions, test, model, report, recoveries, changes, trials, deviceSeconds } = result;
  const hparams = decisions.at(-1)?.hparams;
  const lines = [
    `study ${studyId} is completed`,
    '',
    ...decisions
      .filter(({ hadNothingToDo }) => hadNothingToDo !== true)
      .flatMap(({ stageId, because, confidence }) => [
        `${stageId} (${standing(replacementOf(stageId, decisions)?.stageId, confidence)})`,
        `  ${because}`,
      ]),
    '',
    ...(hparams === undefined ? [] : [`hyperparameters  ${hparamsText(hparams)}`]),
    ...(test === null ? ['test accuracy    not measured: the study has no final training'] : []),
    ...(typeof test?.values.accuracy === 'number' ? [`test accuracy    ${formatPlain(test.values.accuracy)}`] : []),
    ...(typeof test?.values.loss === 'number' ? [`test loss        ${formatPlain(test.values.loss)}`] : []),
    ...(test === null || further(test) === '' ? [] : [`test further     ${further(test)}`]),
    `spent            ${counted(trials, 'trial')}, ${formatElapsed(deviceSeconds)} of device time`,
    `recoveries       ${recoveriesText(recoveries)}`,
    ...(changes.length === 0 ? [] : [`changes          ${changes.map(({ what }) => what).join(', ')}`]),
    ...(result.origins ?? []).map((origin) => `began as         ${originText(origin)}`),
    `model            ${model === null ? 'none' : placeText(model.uri, storeFolder)}`,
    `report           ${placeText(report.uri, storeFolder)}`,
  ];
  return lines.join('\n');
}

/** The commands that look at a result, whatever runs; in a checkout npm has another way to name ours. */
export function lookAtText({ studyId, model }: Pick<StudyResult, 'studyId' | 'model'>, folder: string): string {
  const at = folder === embeddedFolder() ? '' : ` --folder ${folder}`;
  const verbs = [
    `report ${studyId} --open`,
    `show ${studyId}`,
    ...(model === null ? [] : [`predict ${studyId} FILES...`]),
  ];
  return ['look at it with:', ...verbs.map((verb) => `  ${program()} ${verb}${at}`)].join('\n');
}

const program = (environment: Environment = process.env): string =>
  environment['npm_lifecycle_event'] === undefined ? 'stepwell' : 'npm run stepwell --';

const further = ({ values }: TestResult): string =>
  furtherValues(values)
    .map(([title, value]) => `${title} ${formatPlain(value)}`)
    .join(', ');

const standing = (replacedBy: string | undefined, confidence: string): string =>
  `confidence: ${confidence}${replacedBy === undefined ? '' : `; replaced by ${replacedBy}`}`;

function originText({ kind, studyId, stageIds }: StudyOrigin): string {
  const what = stageIds.length === 0 ? 'no decision' : `the decisions of ${stageIds.join(', ')}`;
  return kind === 'rerun' ? `a rerun of ${studyId} with ${what}` : `recovered from the store with ${what}`;
}

/** An object's path on disk where there is one, else its address. */
function placeText(uri: string, storeFolder: string | undefined): string {
  const local = localPath(uri, storeFolder);
  return local === undefined ? uri : `${local}  (${uri})`;
}

/** The plain file or folder behind an `s3://bucket/key` of the embedded store. */
export function localPath(uri: string, storeFolder: string | undefined): string | undefined {
  const [, place] = /^s3:\/\/(.+?)\/?$/.exec(uri) ?? [];
  if (storeFolder === undefined || place === undefined) return undefined;
  const local = path.join(storeFolder, ...place.split('/'));
  return existsSync(local) ? path.relative(process.cwd(), local) || '.' : undefined;
}
