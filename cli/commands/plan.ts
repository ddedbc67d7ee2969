/**
 * `stepwell plan`: every trial that could run, and the cost, before anything moves.
 *
 * @module
 */
import type { Command } from 'commander';
import { planStudy } from '../../workflows/planning/simulate';
import type { StudyPlan } from '../../workflows/planning/simulate';
import { positiveNumber } from '../arguments';
import { checkStudy, describedDataset } from '../check-study';
import { loadStudy } from '../load-study';
import type { LoadedStudy } from '../load-study';
import type { Problem } from '../../workflows/spec';
import { print, printJson } from '../output';
import { planText } from '../plan-text';

interface PlanOptions {
  readonly json?: boolean;
  readonly trials?: boolean;
  readonly imagesPerSecond?: number;
}

export function plan(program: Command): void {
  program
    .command('plan')
    .description('show every trial that could run and what it costs, before anything runs')
    .argument('[study]', 'YAML or JSON file, a module, or - for stdin', 'study.yaml')
    .option('--trials', 'list the trials, as they run if all goes as the textbooks say')
    .option(
      '--images-per-second <rate>',
      'training speed of one trial, measured on your device: estimates device time',
      positiveNumber,
    )
    .option('--json', 'print the plan as JSON, trials included')
    .action(async (file: string, { json = false, trials = false, imagesPerSecond }: PlanOptions) => {
      const study = await loadStudy(file);
      const planned = await planOf(study);
      if (json) return printJson({ studyId: study.parsed.name, ...planned });
      print(
        planText(study.parsed.name, planned, {
          trials,
          imagesPerSecond,
          parallelTrials: study.parsed.budget.parallelTrials,
        }),
      );
    });
}

async function planOf(study: LoadedStudy): Promise<StudyPlan & { readonly warnings: readonly Problem[] }> {
  const dataset = await describedDataset(study);
  const { split, classes, targets } = dataset;
  const warnings = [...study.warnings, ...checkStudy(study, dataset)];
  const { trainExamples, validationExamples, testExamples, folds } = split;
  const facts = {
    trainExamples,
    validationExamples,
    testExamples,
    ...(folds !== undefined && { folds }),
    classes,
    ...(targets && { targets }),
  };
  return { ...planStudy(study.parsed, facts), warnings };
}
