import { STANDARD_HPARAMS } from '../words/hparams';
import type { StandardHParamName } from '../words/hparams';
import type { Draft } from './checks';
import { closest } from './closest';
import type { HparamReferences } from './hparam-references';
import type { Problem } from './problem';
import { isTrainingHparam, readersOf, unreadByAll } from './training-space';

/** Why a hyperparameter would have no effect; `undefined` if something reads it. */
export function unreadReason(
  name: string,
  references: HparamReferences,
  { model, choices }: Draft,
): Pick<Problem, 'rule' | 'fix'> | undefined {
  if (readersOf(name) !== undefined || isTrainingHparam(name)) return unreadByAll(name, choices);
  if (references.open || references.names.some((reference) => reference.name === name)) return undefined;
  const hasLayers = model !== undefined && 'layers' in model;
  if (!isStandard(name)) {
    const near = closest(name, Object.keys(STANDARD_HPARAMS));
    const read = hasLayers
      ? `read it in model.layers as { hparam: ${name} }`
      : 'only model.layers and model.freeze can read names of your own';
    return {
      rule: 'nothing reads this hyperparameter',
      fix: near === undefined ? read : `did you mean "${near}"? else ${read}`,
    };
  }
  if (name === 'dropoutRate' && hasLayers) {
    return {
      rule: 'nothing reads this hyperparameter',
      fix: 'add { layer: dropout, rate: { hparam: dropoutRate } } to model.layers',
    };
  }
  return undefined;
}

export function isStandard(name: string): name is StandardHParamName {
  return Object.hasOwn(STANDARD_HPARAMS, name);
}
