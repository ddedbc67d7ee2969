/**
 * What a study says of classes and metrics against the data set that it was pinned to.
 *
 * @module
 */
import type { ParsedStudy, Problem } from '../../workflows/spec';
import { taskOf } from '../../workflows/tasks';
import type { PinnedDataset } from '../../workflows/words/study';
import { packedManifestSchema } from '../datasets/packed/packed';
import type { ObjectStore } from '../storage/object-store';
import { SCORES_MAX, unknownClasses } from '../training/tasks';

/** Problems of a study that only its data show. */
export async function dataProblems(
  store: ObjectStore,
  study: ParsedStudy,
  pinned: PinnedDataset,
): Promise<readonly Problem[]> {
  const {
    training: { classWeights },
    objective: { metric },
    stages,
  } = study;
  const { manifest, classes, split } = pinned;
  const problems: Problem[] = [...targetProblems(study, pinned)];
  const scores = classes * split.validationExamples;
  const bounded = stages.flatMap(({ options }, index) =>
    (options as { readonly constraints?: object }).constraints !== undefined &&
    'valAuc' in (options as { readonly constraints: object }).constraints
      ? [`stages.${index}.constraints.valAuc`]
      : [],
  );
  if (scores > SCORES_MAX)
    for (const path of [...(metric === 'valAuc' ? ['objective.metric'] : []), ...bounded])
      problems.push({
        path,
        rule: `needs all scores of the validation split at once, at most ${SCORES_MAX}, and ${split.validationExamples} examples of ${classes} classes have ${scores}`,
        value: 'valAuc',
        fix: 'take valMacroF1 or valBalancedAccuracy, or a smaller validationFraction',
      });
  if (classWeights === undefined || classWeights === 'balanced') return problems;
  const { classNames } = packedManifestSchema.parse(
    JSON.parse(Buffer.from((await store.get(manifest.key))?.bytes ?? []).toString('utf8')),
  );
  const unknown = unknownClasses(classWeights, classNames);
  if (unknown.length > 0)
    problems.push({
      path: 'training.classWeights',
      rule: `must name classes of the data set, and ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} none`,
      value: classWeights,
      fix: `its classes are ${classNames.slice(0, 20).join(', ')}${classNames.length > 20 ? ', …' : ''}`,
    });
  return problems;
}

/** Whether images have what the task is about. */
function targetProblems(study: ParsedStudy, { targets, source }: PinnedDataset): readonly Problem[] {
  const task = taskOf(study);
  const value = study.task ?? 'classification';
  if (task.targets === 'class')
    return targets === undefined
      ? []
      : [
          {
            path: 'task',
            rule: `must fit the images of ${source.uri}, which have numbers and no classes`,
            value,
            fix: 'set task: regression, or multiLabel where the numbers are 0 and 1',
          },
        ];
  if (targets === undefined)
    return [
      {
        path: 'task',
        rule: `needs numbers, and the images of ${source.uri} have classes`,
        value,
        fix: 'put train-labels.csv, a column a target and a line an image, in the place of the file of labels',
      },
    ];
  const other = targets.find(({ isLabel }) => !isLabel);
  return task.targets === 'labels' && other !== undefined
    ? [
        {
          path: 'task',
          rule: `needs labels that are 0 or 1, and ${other.name} has other numbers`,
          value,
          fix: 'set task: regression, or mend the column',
        },
      ]
    : [];
}
