/**
 * A parsed study with the trials that it imports put in: the workflow and its history see them as plain values, and no
 * file.
 *
 * @module
 */
import type { ParsedStudy, Problem } from '../../../workflows/spec';
import type { TrialImport } from '../../../workflows/spec/trial-import';
import { IMPORTED_TRIALS_MAX } from '../../../workflows/stages/sweep/imported';
import type { ImportedTrials } from '../../../workflows/stages/sweep/imported';
import type { SweepOptions } from '../../../workflows/stages/sweep/options';
import type { ValidationMetric } from '../../../workflows/tasks';
import type { ForeignTrials } from '../trial-row';
import { fittedTrials } from './fit-space';
import { isOtherMetric, readImport } from './read-import';
import type { ImportAccess } from './read-import';

/**
 * JSON of all imported trials of a study: far below what Temporal takes as one payload, 2 MB, with the study around it.
 */
const CHARACTERS_MAX = 500_000;

export interface PinnedImports {
  readonly study: ParsedStudy;
  readonly problems: readonly Problem[];
  /** What could not be used, and what was not read. */
  readonly warnings: readonly Problem[];
}

/** Samplers whose points do not depend on how earlier ones did. */
const IGNORANT_SAMPLERS: readonly string[] = ['random', 'grid', 'halton', 'sobol'];

/** Errors that tell of the file, not of us. Matched by name: classes differ between realms. */
const ABOUT_THE_FILE: readonly string[] = ['TrialsUnreadable', 'DatasetInvalid'];

/**
 * Reads every import of a study. A study without imports comes back as it is, and nothing is read.
 *
 * @param access What may be read: the same as for data sets.
 * @throws StorageUnavailable, StorageDenied
 */
export async function pinImports(study: ParsedStudy, access: ImportAccess): Promise<PinnedImports> {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  let written = -1;
  const stages: ParsedStudy['stages'][number][] = [];
  for (const use of study.stages) {
    // Paths are those of the file, where inserted stages are not.
    if (use.inserted === undefined) written += 1;
    const imports = importsOf(use.options);
    if (imports.length === 0) stages.push(use);
    else
      stages.push({
        ...use,
        options: {
          ...(use.options as object),
          imported: await pinStage(
            study,
            use.options as SweepOptions,
            `stages.${written}.import`,
            access,
            problems,
            warnings,
          ),
        },
      });
  }
  const pinned = { ...study, stages };
  problems.push(...sizeProblems(pinned));
  return { study: pinned, problems, warnings };
}

function importsOf(options: unknown): readonly TrialImport[] {
  return (options as { readonly import?: readonly TrialImport[] }).import ?? [];
}

async function pinStage(
  study: ParsedStudy,
  options: SweepOptions,
  path: string,
  access: ImportAccess,
  problems: Problem[],
  warnings: Problem[],
): Promise<readonly ImportedTrials[]> {
  const pinned: ImportedTrials[] = [];
  const { name: sampler } = options.sampler;
  if (IGNORANT_SAMPLERS.includes(sampler))
    warnings.push({
      path,
      rule: `makes no difference to the sampler ${sampler}, which learns from no trials`,
      value: undefined,
      fix: 'use tpe',
    });
  for (const [i, spec] of importsOf(options).entries()) {
    const at = `${path}.${i}`;
    const from = spec.format === 'study' ? `study ${spec.study}` : `${spec.format} ${spec.uri}`;
    try {
      const foreign = await readImport(spec, access, study.objective.metric);
      if (foreign === undefined) {
        warnings.push({
          path: at,
          rule: `is read when the study starts: study ${spec.study} is in its store`,
          value: undefined,
        });
        continue;
      }
      const fitted = fittedTrials(foreign, options.space, study.objective.direction);
      if (fitted.trials.length === 0)
        problems.push({
          path: at,
          rule: `must have trials that this space has a place for, has none${fitted.notes.length > 0 ? `: ${fitted.notes.join('; ')}` : ''}`,
          value: from,
        });
      const notes = [...scoreNotes(foreign, study.objective.metric), ...fitted.notes];
      warnings.push(...notes.map((note) => ({ path: at, rule: note, value: undefined })));
      pinned.push({ from, sameScale: spec.sameScale, trials: fitted.trials, notes });
    } catch (error) {
      if (!(error instanceof Error) || !ABOUT_THE_FILE.includes(error.name)) throw error;
      problems.push({ path: at, rule: ruleOf(error), value: spec.uri ?? spec.study });
    }
  }
  return pinned;
}

/** What the scores are, where they are not what the study goes by, or something else may be meant. */
function scoreNotes(foreign: ForeignTrials, metric: ValidationMetric): readonly string[] {
  const { scoredBy, passedOver = [] } = foreign;
  if (scoredBy === undefined || scoredBy === metric || (passedOver.length === 0 && !isOtherMetric(foreign, metric)))
    return [];
  const others = passedOver.length === 0 ? '' : `; ${passedOver.join(', ')} might be meant as well: name one in score`;
  return [`its scores are ${scoredBy}, for it has no ${metric}${others}`];
}

/** Whoever reads data sets speaks of their own field. */
function ruleOf({ message }: Error): string {
  return message.replace(/^(dataset\.)?uri /, 'uri ').replace(/^data set /, '');
}

function sizeProblems({ stages }: Pick<ParsedStudy, 'stages'>): readonly Problem[] {
  const all = stages.flatMap(({ options }) => (options as SweepOptions).imported ?? []);
  const trials = all.reduce((sum, one) => sum + one.trials.length, 0);
  if (trials > IMPORTED_TRIALS_MAX) {
    return [
      {
        path: 'stages',
        rule: `must import at most ${IMPORTED_TRIALS_MAX} trials in all, got ${trials}`,
        value: undefined,
        fix: 'keep the newest, or the best and some of the others',
      },
    ];
  }
  const characters = JSON.stringify(all).length;
  if (characters <= CHARACTERS_MAX) return [];
  return [
    {
      path: 'stages',
      rule: `must import at most ${CHARACTERS_MAX} characters of trials, got ${characters} in ${trials} trials`,
      value: undefined,
      fix: 'import fewer trials',
    },
  ];
}
