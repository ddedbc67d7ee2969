/**
 * From a file name to a study that is right, as far as one can tell without running it.
 *
 * @module
 */
import path from 'node:path';
import type { PinnedImports } from '../activities/interchange/warm-start/pin-imports';
import { KNOWN_NAMES } from '../activities/study/known-names';
import { readClientConfig } from '../workers/config';
import { parseStudy } from '../workflows/spec';
import type { ParsedStudy, Problem } from '../workflows/spec';
import { closedBuckets } from './closed-buckets';
import { absoluteDatasetUri } from './dataset-uri';
import type { DatasetAddress } from './dataset-uri';
import { studyInvalid } from './failure';
import { isElsewhere, withAbsoluteImports, withAbsoluteWeights } from './import-uris';
import { say } from './output';
import { readStudy } from './read-study';
import { namesCluster } from './services';

export interface LoadedStudy {
  readonly file: string;
  readonly parsed: ParsedStudy;
  /** As it was written, but for the data set's absolute address: what is sent to the workers. */
  readonly input: unknown;
  /** What stderr has been told already. */
  readonly warnings: readonly Problem[];
  /** As in `StudyFile`. */
  readonly explain: (problems: readonly Problem[]) => readonly string[];
}

interface Findings {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Studies that commands take when none is named, in this order. */
const DEFAULT_STUDY_FILE = 'study.yaml';

/** Reads, parses and checks a study; warnings go to stderr. @throws CommandError with every problem and its line. */
export async function loadStudy(file: string = DEFAULT_STUDY_FILE): Promise<LoadedStudy> {
  const { value: written, folder, explain } = await readStudy(file);
  const value = isMapping(written)
    ? {
        ...written,
        ...('stages' in written && { stages: withAbsoluteImports(written.stages, folder) }),
        ...('model' in written && { model: withAbsoluteWeights(written.model, folder) }),
      }
    : written;
  const result = parseStudy(value, KNOWN_NAMES);
  const dataset = datasetOf(value);
  const found = result.ok ? [] : result.problems;
  const isAddress =
    typeof dataset?.uri === 'string' && !found.some(({ path }) => path === 'dataset.uri' || path === 'dataset');
  const address = isAddress ? absoluteDatasetUri(String(dataset.uri), folder) : undefined;
  const { errors, warnings } = missingFolder(address);
  if (!result.ok || errors.length > 0) {
    const problems = [...found, ...errors];
    throw studyInvalid(file, problems, explain(problems).join('\n'));
  }
  const imported = await readImports(result.study);
  if (imported.problems.length > 0) throw studyInvalid(file, imported.problems, explain(imported.problems).join('\n'));
  const weights = missingWeights(result.study);
  if (weights.errors.length > 0) throw studyInvalid(file, weights.errors, explain(weights.errors).join('\n'));
  const module = await readModule(file, result.study);
  if (module.errors.length > 0) throw studyInvalid(file, module.errors, explain(module.errors).join('\n'));
  const closed = namesCluster() ? closedBuckets(result.study, readClientConfig().bucketRoots) : [];
  const others = [...closed, ...imported.warnings, ...weights.warnings, ...module.warnings];
  const told = [...result.warnings, ...warnings, ...others];
  for (const warning of explain(told)) say(`warning: ${warning}`);
  const uri = address?.uri ?? result.study.dataset.uri;
  const parsed = { ...imported.study, dataset: { ...result.study.dataset, uri } };
  return { file, parsed, input: { ...(value as object), dataset: { ...dataset, uri } }, warnings: told, explain };
}

/** Imports as the workers will read them, so that what is wrong with a file shows before anything starts. */
async function readImports(study: ParsedStudy): Promise<PinnedImports> {
  if (study.stages.every(({ options }) => !hasImports(options))) return { study, problems: [], warnings: [] };
  // The AWS SDK takes half a second to load.
  const {
    pinImports,
  }: typeof import('../activities/interchange/warm-start/pin-imports') = require('../activities/interchange/warm-start/pin-imports');
  const { s3Store }: typeof import('../activities/storage/s3') = require('../activities/storage/s3');
  const pinned = await pinImports(study, { fileRoots: ['/'], openBucket: s3Store });
  if (!namesCluster()) return pinned;
  const elsewhere = pinned.problems
    .filter(isElsewhere)
    .map((problem) => ({ ...problem, rule: 'is no file of this machine: the workers of the cluster must have it' }));
  return {
    ...pinned,
    problems: pinned.problems.filter((problem) => !isElsewhere(problem)),
    warnings: [...pinned.warnings, ...elsewhere],
  };
}

/** A file of initial weights that is not here; of a cluster, its workers may have it. */
function missingWeights({ model: { initialWeights } }: ParsedStudy): Findings {
  const problem = { path: 'model.initialWeights.file', rule: 'must be a file', value: initialWeights?.file };
  if (!isElsewhere(problem)) return { errors: [], warnings: [] };
  if (!namesCluster()) return { errors: [problem], warnings: [] };
  const rule = 'is no file of this machine: the workers of the cluster must have it';
  return { errors: [], warnings: [{ ...problem, rule }] };
}

/** The model's module as the workers will bundle it. */
async function readModule(file: string, { model }: ParsedStudy): Promise<Findings> {
  if (!('module' in model)) return { errors: [], warnings: [] };
  const {
    bundleModel,
  }: typeof import('../activities/study/model-bundle') = require('../activities/study/model-bundle');
  const bundled = await bundleModel(model.module, ownModelFolder(file));
  const problems = 'problems' in bundled ? bundled.problems : [];
  if (!namesCluster()) return { errors: problems, warnings: [] };
  const warnings = problems.map((problem) => ({
    ...problem,
    rule: `${problem.rule}; so it is on this machine, and the tuner workers of the cluster must have it whole`,
  }));
  return { errors: [], warnings };
}

/** The operator's, else the study's own folder. */
export function ownModelFolder(file: string): string {
  return readClientConfig().modelFolder ?? (file === '-' ? process.cwd() : path.dirname(path.resolve(file)));
}

function hasImports(options: unknown): boolean {
  const { import: imports = [] } = options as { readonly import?: readonly unknown[] };
  return imports.length > 0;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A folder that is missing here is only a warning where a cluster's workers, on machines of their own, may have it. */
function missingFolder(address: DatasetAddress | undefined): Findings {
  if (address?.problem === undefined) return { errors: [], warnings: [] };
  if (address.elsewhere !== true || !namesCluster()) return { errors: [address.problem], warnings: [] };
  const warning = { ...address.problem, rule: 'is no folder of this machine: the workers of the cluster must have it' };
  return { errors: [], warnings: [warning] };
}

function datasetOf(value: unknown): { readonly uri?: unknown } | undefined {
  const dataset = typeof value === 'object' && value !== null && 'dataset' in value ? value.dataset : undefined;
  return typeof dataset === 'object' && dataset !== null ? dataset : undefined;
}
