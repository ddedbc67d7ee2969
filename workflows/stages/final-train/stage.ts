/**
 * The final training: the study's hyperparameters at full length, with several seeds, and the only look at the test
 * examples.
 *
 * @module
 */
import { ranked } from '../../analysis/ranking';
import { isAtChance, scoreOf } from '../../analysis/score';
import { headlineMetricOf } from '../../tasks';
import { mean, standardDeviation } from '../../analysis/statistics';
import { numericHParam } from '../../trials/hparams';
import type { InsightsInput } from '../../words/insights';
import type { Trial, TrialSpec } from '../../words/trial';
import { confidenceBy, SEEDS_HIGH } from '../confidence';
import { count, formatNumber } from '../format';
import { StageInconclusive } from '../stage';
import type { Plot, Stage, StageContext, Table } from '../stage';
import { verifiedSize } from '../batch-size-ladder/verified-size';
import { stopRulesOf, studyTraining } from '../study-training';
import { replicateLabel, replicateOf, replicationOf, splitOverlap } from '../replicates';
import { growthSizes, growthText } from './growth';
import { precisionGrounds, precisionOf, precisionText, precisionWarnings, testExamplesText } from './precision';
import { costOf, costText, countByStatus, namedFailures, nextTrial, remedyFor } from '../trials';
import { lossCurve, measurementOf } from '../../trials/outcome';
import type { FinalTrainOptions } from './options';

type Context = StageContext<FinalTrainOptions>;

export const finalTrain: Stage<FinalTrainOptions> = {
  name: 'finalTrain',
  question: 'how good the trained model is',
  budgetShare: 0.15,
  mustRun: true,
  mustBeLast: true,

  suggest(context) {
    return context.trials.length < replicationOf(context.options).seeds
      ? training(context, context.trials.length)
      : undefined;
  },

  decide(context) {
    const finished = ranked(
      scored(context).filter(({ score }) => score !== null),
      context.facts.objective,
    );
    const best = finished[0]?.trial;
    if (best === undefined) throw inconclusive(context);
    const trainings = finished.map(({ trial }) => trial);
    const warnings = [
      ...warningsOf(context, best, finished.length),
      ...precisionWarnings(context.facts, best, precisionOf(context.facts, trainings, overlapOf(context))),
    ];
    return {
      stage: finalTrain.name,
      stageId: context.stageId,
      hparams: context.incumbent,
      finalTrialId: best.spec.trialId,
      because: `${because(context, best, trainings)}${precisionText(context.facts, trainings, overlapOf(context))}${growthText(best)}`,
      ...confidenceOf(context, trainings),
      evidence: {
        trialIds: context.trials.map(({ spec }) => spec.trialId),
        plots: curvePlots(context.trials),
        tables: [table(context)],
        warnings: [...warnings, ...growthWarnings(context, best)],
      },
      alternatives: finished
        .slice(1)
        .map(({ trial, score }) => ({ hparams: context.incumbent, note: runnerUp(context, trial, score) })),
      insights: insightsInput(context, best, warnings.length),
    };
  },

  estimate(context) {
    const one = costOf(context, { hparams: context.incumbent, limit: { epochs: epochsOf(context) } });
    const { seeds } = replicationOf(context.options);
    return { trials: seeds, steps: seeds * one.steps, examples: seeds * one.examples };
  },
};

const overlapOf = ({ facts, options }: Context): number => splitOverlap(facts, replicationOf(options));

const epochsOf = ({ options, facts }: Context): number => options.epochs ?? facts.training.epochs;

function training(context: Context, replicate: number): TrialSpec {
  const { incumbent, seed, facts } = context;
  const replication = replicationOf(context.options);
  return nextTrial(context, {
    label: replicateLabel(replicate, replication.seeds, replication),
    hparams: incumbent,
    ...replicateOf(seed, replicate, replication),
    ...studyTraining(context, incumbent, epochsOf(context)),
    stop: stopRulesOf(facts.training.earlyStopping),
    evaluate: { validation: 'epoch', test: facts.testExamples > 0 },
    exportModel: true,
  });
}

/**
 * Trials with the validation objective of their best epoch. The test score must not choose: it would no longer be a
 * test.
 */
function scored({ trials, facts }: Context): readonly { readonly trial: Trial; readonly score: number | null }[] {
  return trials.map((trial) => ({ trial, score: scoreOf(trial, facts.objective) }));
}

function because({ facts, trials }: Context, best: Trial, finished: readonly Trial[]): string {
  const { metric } = facts.objective;
  const score = scoreOf(best, facts.objective) ?? Number.NaN;
  const { name, title } = headlineMetricOf(facts);
  const scores = finished.flatMap((trial) => measurementOf(trial.result?.outcome)?.test?.values[name] ?? []);
  const chosen = `${best.spec.label} has the best ${metric}, ${formatNumber(score)}`;
  const someFailed = finished.length < trials.length;
  if (scores.length === 0) {
    return `${chosen}, of ${count(finished.length, 'training')}${someFailed ? ` that ended well of ${trials.length}` : ''}; there are no test examples`;
  }
  const left = someFailed ? ` that ended well, of ${trials.length},` : '';
  const spread = scores.length > 1 ? ` ± ${decimals(standardDeviation(scores))} from seed to seed` : '';
  const own = measurementOf(best.result?.outcome)?.test?.values[name];
  return `${chosen}, and test ${title} ${own === null || own === undefined ? 'unknown' : decimals(own)}; over ${count(scores.length, 'training')}${left} test ${title} is ${decimals(mean(scores))}${spread}${testExamplesText(finished, name)}`;
}

/** Another training of the same hyperparameters. */
function runnerUp(context: Context, trial: Trial, score: number | null): string {
  return `${trial.spec.trialId}, ${trial.spec.label}: ${context.facts.objective.metric} ${formatNumber(score ?? Number.NaN)}; ${costText(context, [trial])}`;
}

const decimals = (value: number): string => value.toFixed(4);

function confidenceOf(context: Context, finished: readonly Trial[]): ReturnType<typeof confidenceBy> {
  const { guess, doubt } = precisionGrounds(context.facts, precisionOf(context.facts, finished, overlapOf(context)));
  return confidenceBy({
    guess: {
      'one training only': finished.length < 2,
      'most trainings failed': finished.length * 2 < context.trials.length,
      ...guess,
    },
    doubt: {
      [`fewer than ${SEEDS_HIGH} trainings`]: finished.length < SEEDS_HIGH,
      'a training failed': finished.length < context.trials.length,
      ...doubt,
    },
  });
}

function warningsOf(context: Context, best: Trial, finished: number): readonly string[] {
  const warnings: string[] = [];
  const failed = context.trials.length - finished;
  if (failed > 0)
    warnings.push(
      `${count(failed, 'training')} of ${context.trials.length} failed, and the scores are those of the others: ${namedFailures(context.trials, context.facts.objective)}`,
    );
  if (replicationOf(context.options).splits)
    warnings.push('the trainings validate on different examples: that one of them is the best is their luck as well');
  if (finished === 1) warnings.push('one training does not show how much of its score is luck: set replicates to 3');
  const measurement = measurementOf(best.result?.outcome);
  if (isAtChance(measurement?.best?.values.valLoss ?? 0, context.facts.chanceLoss)) {
    warnings.push(
      'the model has learnt nothing: its validation loss is that of an answer which does not look at the image; lower learningRate, or set schedule.warmupSteps or clipNorm',
    );
  }
  return warnings;
}

function growthWarnings({ decisions }: Context, best: Trial): readonly string[] {
  const sizes = growthSizes(best);
  return sizes !== undefined && sizes.at(-1) === verifiedSize(decisions)
    ? [
        `batches grow no further than to ${sizes.at(-1)}, the largest batch size that batchSizeLadder ran: set its batchSizeMax higher for more`,
      ]
    : [];
}

/** The curve of the best training tells whether it had the right length. */
function insightsInput(context: Context, { spec, result }: Trial, warningsFrom: number): InsightsInput {
  const measurement = measurementOf(result?.outcome);
  const curve = lossCurve(measurement);
  const reachedLimit = result?.outcome.status === 'completed';
  const isBestLate = reachedLimit && (measurement?.best?.epoch ?? 0) > 0.75 * epochsOf(context);
  return { warningsFrom, best: { subject: spec.label, curve, reachedLimit, isBestLate } };
}

function table({ trials, facts }: Context): Table {
  const { objective } = facts;
  const { name, title } = headlineMetricOf(facts);
  const rows = trials.map((trial) => {
    const { spec, result } = trial;
    const measurement = measurementOf(result?.outcome);
    return [
      spec.trialId,
      result?.outcome.status ?? 'running',
      measurement?.best?.epoch ?? null,
      scoreOf(trial, objective),
      measurement?.test?.values.loss ?? null,
      measurement?.test?.values[name] ?? null,
    ];
  });
  return {
    title: 'Final trainings',
    columns: ['trial', 'ended', 'best epoch', objective.metric, 'test loss', `test ${title}`],
    rows,
  };
}

function curvePlots(trials: readonly Trial[]): readonly Plot[] {
  const series = trials.flatMap(({ spec, result }) => {
    const curve = lossCurve(measurementOf(result?.outcome));
    const lines = (['trainLoss', 'valLoss'] as const).map((metric) => {
      const points = curve.filter((point) => point[metric] !== null);
      return {
        name: `${spec.label}, ${metric}`,
        x: points.map(({ epoch }) => epoch),
        y: points.map((point) => point[metric] ?? 0),
      };
    });
    return lines.filter(({ x }) => x.length > 0);
  });
  return [
    { title: 'Learning curves', xLabel: 'epoch', yLabel: 'loss', xScale: 'linear', yScale: 'log', series, marks: [] },
  ];
}

function inconclusive({ stageId, trials, incumbent }: Context): StageInconclusive {
  const rate = formatNumber(numericHParam(incumbent, 'learningRate'));
  const batchSize = numericHParam(incumbent, 'batchSize');
  const fix = remedyFor(
    trials,
    'lower learningRate, set clipNorm or schedule.warmupSteps, or put a lrRetest before this stage',
  );
  return new StageInconclusive(
    `no final training ended well [stage=${stageId}, trials=${countByStatus(trials)}, learningRate=${rate}, batchSize=${batchSize}]: ${fix}`,
  );
}
