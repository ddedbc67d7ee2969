import { ApplicationFailure } from '@temporalio/workflow';
import type { Stage } from '../stages/stage';
import { FAILURES } from '../words/contract';
import type { HParams, Trial } from '../words/trial';

/**
 * What ends the study where a trial shows that its model cannot be built as the study stands. A point of a search that
 * cannot be built is only a bad point; what other stages vary is no part of a model.
 */
export function unbuildableStudy(
  { isSearch }: Pick<Stage, 'isSearch'>,
  incumbent: HParams,
  { spec, result }: Trial,
): ApplicationFailure | undefined {
  if (result?.outcome.status !== 'invalid') return undefined;
  const values = Object.entries(spec.hparams);
  if (isSearch === true && values.some(([name, value]) => incumbent[name] !== value)) return undefined;
  const stands = values.map(([name, value]) => `${name}=${value}`).join(', ');
  return ApplicationFailure.nonRetryable(
    `the model cannot be built as the study stands: ${result.outcome.reason} [trial=${spec.trialId}; ${stands}]; mend the model, or training.hparams`,
    FAILURES.modelInvalid,
  );
}
