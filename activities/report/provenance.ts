/**
 * What the result depends on: enough to run the study again.
 *
 * @module
 */
import { standingHParams, trainingOf } from '../../workflows/trials/trial-training';
import { TRAINING_HPARAMS } from '../../workflows/words/training-hparams';
import type {
  EarlyStopping,
  InitialWeights,
  ModelSpec,
  ResolvedStudy,
  TrainingSpec,
} from '../../workflows/words/study';
import type { HParams } from '../../workflows/words/trial';
import { handoverText } from '../wording/handovers';
import { counted, formatNumber, formatSeconds } from '../wording/numbers';
import { html } from './html';
import type { Content, Html } from './html';
import type { ReportInput } from './stage-view';

/** Data set, model, training, seeds, engine and versions. */
export function provenance(input: ReportInput): Html {
  const { study, engines, final } = input.record;
  const rows: readonly (readonly [string, Content])[] = [
    ['data set', dataset(study)],
    ['model', model(study.model)],
    ['training', training(study.training)],
    ...decidedTraining(study.training, final?.hparams),
    ['objective', `${study.objective.direction} ${study.objective.metric} at the best epoch`],
    ['budget', budget(study)],
    ['seed', html`${study.seed}. ${reproducibility(study)}`],
    ['engine', engine(engines)],
    ['planner version', planners(study)],
    ['checkpoints', checkpoints(study)],
    ['kept at', html`<code>${addressOf(input, '')}</code>`],
  ];
  return html`<section><h2>What this rests on</h2><dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

/** Address of one of the study's objects in the store. */
export function addressOf({ record, storeUri }: ReportInput, name: string): string {
  return `${storeUri}studies/${record.studyId}/${name}`;
}

function dataset({ dataset: { source, sha256, shape, classes, split } }: ResolvedStudy): Html {
  const { trainExamples, validationExamples, testExamples, testFrom, seed } = split;
  return html`${source.format} from <code>${source.uri}</code>: ${shape.join(' × ')} images of ${counted(classes, 'class', 'classes')};
${formatNumber(trainExamples)} to train, ${formatNumber(validationExamples)} to validate, ${formatNumber(testExamples)} to test${testFrom === 'train' && ' (held out of the training part)'}, split with seed ${seed}.
Content <code class="hash">${sha256}</code>`;
}

function model(spec: ModelSpec): Html {
  const { freeze, initialWeights } = spec;
  const frozen = freeze !== undefined && html`; frozen <code>${JSON.stringify(freeze)}</code>`;
  return html`${network(spec)}${frozen}${initialWeights !== undefined && html`; ${startOf(initialWeights)}`}`;
}

function startOf({ study, trial, file, weights }: InitialWeights): Html {
  const from = file ?? `${study}${trial === undefined ? '' : ` ${trial}`}`;
  return html`weights start from <code>${from}</code>, content <code class="hash">${weights?.sha256 ?? 'unknown'}</code>`;
}

function network(spec: ModelSpec): Html {
  if ('preset' in spec) return html`preset <code>${spec.preset}</code>`;
  if ('module' in spec)
    return html`module <code>${spec.module}</code>, bundled as <code class="hash">${spec.bundle?.sha256 ?? 'unknown'}</code>`;
  return html`${counted(spec.layers.length, 'layer')}: <ol class="layers">${spec.layers.map(({ className, config }) => html`<li>${className} <code>${JSON.stringify(config)}</code></li>`)}</ol>`;
}

/** Where a search has decided on another training than the study was written with. */
function decidedTraining(written: TrainingSpec, hparams: HParams | undefined): readonly (readonly [string, Content])[] {
  const own = standingHParams(written);
  const isOther = Object.keys(TRAINING_HPARAMS).some(
    (name) => hparams?.[name] !== undefined && hparams[name] !== own[name],
  );
  return isOther ? [['training as decided', training(trainingOf(written, hparams ?? {}))]] : [];
}

function training({ optimizer, schedule, batchSizeSchedule, epochs, earlyStopping }: TrainingSpec): Html {
  const sizes = batchSizeSchedule !== undefined && html`; batch size ${named(batchSizeSchedule)}`;
  return html`${named(optimizer)}; schedule ${named(schedule)}${sizes}; ${counted(epochs, 'epoch')}; ${stopping(earlyStopping)}`;
}

function stopping(earlyStopping: EarlyStopping | null): Content {
  if (earlyStopping === null) return 'no early stopping';
  if ('patience' in earlyStopping)
    return `early stopping after ${counted(earlyStopping.patience, 'epoch')} without gaining ${formatNumber(earlyStopping.minDelta)}`;
  const { rule, ...settings } = earlyStopping;
  return html`early stopping by ${named({ name: rule, ...settings })}`;
}

/** A kind with its settings, e.g. `cosine (warmupSteps 20, finalFactor 0)`. */
function named({ name, ...settings }: { readonly name: string }): Html {
  const words = Object.entries(settings).map(
    ([key, value]) => `${key} ${typeof value === 'number' ? formatNumber(value) : JSON.stringify(value)}`,
  );
  return html`<code>${name}</code>${words.length > 0 && ` (${words.join(', ')})`}`;
}

function budget({ budget: { deviceMinutes, maxTrials, parallelTrials } }: ResolvedStudy): string {
  const time =
    deviceMinutes === null ? 'device time without limit' : `${formatSeconds(deviceMinutes * 60)} of device time`;
  return `${time}, ${maxTrials === null ? 'trials without limit' : `at most ${counted(maxTrials, 'trial')}`}, ${parallelTrials} at a time`;
}

function reproducibility({ reproducible }: ResolvedStudy): string {
  if (reproducible)
    return 'Reproducible: decisions depend neither on measured times nor on the order in which trials ended.';
  return 'Every trial can be repeated bit for bit; decisions may depend on measured times and on the order in which parallel trials ended (set reproducible: true to rule that out).';
}

function engine(engines: readonly string[]): Content {
  if (engines.length === 0) return html`<span class="quiet">no trial has ended</span>`;
  const mixed =
    engines.length > 1 &&
    html`<p class="quiet">Trials ran on different engines: equal trials need not have equal bits.</p>`;
  return [engines.map((identity) => html`<code>${identity}</code> `), mixed];
}

function planners({ plannerVersion, handovers = [] }: ResolvedStudy): string {
  if (handovers.length === 0) return String(plannerVersion);
  return `${handovers[0]!.before}; ${handovers.map(handoverText).join('; ')}`;
}

function checkpoints({ checkpointEverySeconds, checkpointEverySteps }: ResolvedStudy): string {
  const steps = checkpointEverySteps === undefined ? '' : `, and every ${counted(checkpointEverySteps, 'step')}`;
  return `every ${checkpointEverySeconds} s of training${steps}`;
}
