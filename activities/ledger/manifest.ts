/**
 * The manifest of a trial: the one mutable object below `trials/<hash>/`, which says what counts there and who may
 * change it.
 *
 * @module
 */
import { z } from 'zod';
import type { ObjectRef, Receipt, TrialResult } from '../../workflows/words/outcome';
import { canonicalJson, sha256Of } from '../content-hash';
import { StorageDenied } from '../storage/object-store';

/** Goes up whenever an older reader would misread the manifest. */
const FORMAT = 'stepwell-trial/1';

const ownerSchema = z.object({
  workflowId: z.string(),
  runId: z.string(),
  activityId: z.string(),
  attempt: z.number(),
  /** Unlike any other attempt's. */
  token: z.string(),
  worker: z.string(),
  /** Of the study that asked: the same through its recoveries. */
  studyRun: z.exactOptional(z.string()),
});
/** One attempt at a trial. */
export type TrialOwner = Readonly<z.infer<typeof ownerSchema>>;

const checkpointSchema = z.object({
  key: z.string(),
  sha256: z.string(),
  bytes: z.number(),
  step: z.number(),
  epoch: z.number(),
  best: z.boolean(),
  deviceSeconds: z.number(),
});
export type CommittedCheckpoint = Readonly<z.infer<typeof checkpointSchema>>;

const CAUSES = [
  'trainerCrashed',
  'trainerKilled',
  'trainerStalled',
  'workerLost',
  'workerStopped',
  'takenBack',
  'storage',
  'diskFull',
  'unknown',
] as const satisfies readonly Receipt['cause'][];

/** After which there is nothing to recover. */
const FINDINGS = ['outOfMemory', 'invalid', 'paused'] as const;

export const isFinding = (cause: Death['cause']): cause is (typeof FINDINGS)[number] =>
  FINDINGS.some((finding) => finding === cause);

const deathSchema = z.object({
  cause: z.enum([...CAUSES, ...FINDINGS]),
  step: z.number(),
  deviceSeconds: z.number(),
  /** What it said, in words that the same bug would repeat. */
  error: z.string().optional(),
});
/** How an attempt ended without a result that is kept, in its own words. */
export interface Death {
  readonly cause: Receipt['cause'] | (typeof FINDINGS)[number];
  /** The last step it heard of. */
  readonly step: number;
  /** Spent until then, and waiting in vain for another. */
  readonly deviceSeconds: number;
  readonly error?: string | undefined;
}

const receiptSchema = z.object({
  trialId: z.string(),
  cause: z.enum(CAUSES),
  attempt: z.number(),
  lastStep: z.number(),
  resumedAtStep: z.number(),
  stepsLost: z.number(),
  deviceSecondsLost: z.number(),
  worker: z.string(),
});

const userSchema = z.object({ workflowId: z.string(), studyRun: z.string() });
/** A run of a study. */
export type TrialUser = Readonly<z.infer<typeof userSchema>>;

const manifestSchema = z.object({
  format: z.literal(FORMAT),
  hash: z.string(),
  /** Goes up with every write, so that no two manifests of a trial are equal bytes and thus equal etags. */
  revision: z.number(),
  owner: ownerSchema,
  /** When the owner last wrote, in milliseconds of its own clock. */
  renewedAt: z.number(),
  /** Ascending in steps; none of a trial that has finished. */
  checkpoints: z.array(checkpointSchema),
  receipts: z.array(receiptSchema),
  /** The owner has gone, and said why. */
  death: deathSchema.nullable(),
  /** Studies that found the trial finished; each only by its newest run. */
  users: z.exactOptional(z.array(userSchema)),
  weightsGivenUp: z.exactOptional(z.literal(true)),
  /** Once there is one, it never changes again. */
  result: z
    .custom<TrialResult>((value) => typeof value === 'object' && value !== null && 'outcome' in value)
    .nullable(),
});

/** What a trial's manifest says. */
export interface TrialManifest {
  readonly format: typeof FORMAT;
  readonly hash: string;
  readonly revision: number;
  readonly owner: TrialOwner;
  readonly renewedAt: number;
  readonly checkpoints: readonly CommittedCheckpoint[];
  readonly receipts: readonly Receipt[];
  readonly death: Death | null;
  readonly users?: readonly TrialUser[];
  /** The study that trained it wanted to keep no more than its numbers: the weights that `result` names have gone. */
  readonly weightsGivenUp?: true;
  readonly result: TrialResult | null;
}

/** The weights that must be in the store. */
export function keptWeights({ result, weightsGivenUp }: TrialManifest): ObjectRef | null {
  return weightsGivenUp === true ? null : (result?.weights ?? null);
}

export const trialFolder = (hash: string): string => `trials/${hash}/`;
export const manifestKey = (hash: string): string => `${trialFolder(hash)}manifest.json`;

/** Whether two attempts are of one activity: the later took the trial over from the earlier. */
export function isSameActivity(a: TrialOwner, b: TrialOwner): boolean {
  return a.workflowId === b.workflowId && a.runId === b.runId && a.activityId === b.activityId;
}

/** A recovered study asks again for what it has trained itself, by the same ids. */
export function isOwn(owner: TrialOwner, trainedBy: TrialOwner): boolean {
  if (isSameActivity(owner, trainedBy)) return true;
  return (
    owner.studyRun !== undefined && owner.studyRun === trainedBy.studyRun && trainingOf(owner) === trainingOf(trainedBy)
  );
}

/** Whether this is the first attempt at the first segment of a training: of a later one there is a manifest. */
export function isFirstAsked(owner: TrialOwner): boolean {
  return owner.attempt === 1 && owner.activityId === trainingOf(owner);
}

/** Segments of one training are numbered from the second on, e.g. `regularization-sweep/007.2`. */
function trainingOf({ activityId }: TrialOwner): string {
  return activityId.replace(/\.\d+$/, '');
}

/** Of a trial that nobody worked on before. */
export function firstManifest(hash: string, owner: TrialOwner): TrialManifest {
  return {
    format: FORMAT,
    hash,
    revision: 1,
    owner,
    renewedAt: Date.now(),
    checkpoints: [],
    receipts: [],
    death: null,
    result: null,
  };
}

/** With its own hash, so that damage shows which leaves it readable. */
export function encodeManifest(manifest: TrialManifest): Buffer {
  return Buffer.from(JSON.stringify({ ...manifest, sha256: sha256Of(canonicalJson(manifest)) }));
}

/** @throws StorageDenied if the bytes are no manifest of this trial: no retry mends that. */
export function decodeManifest(hash: string, bytes: Uint8Array): TrialManifest {
  const json = jsonOf(bytes);
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success && parsed.data.hash === hash && isAsWritten(json)) return parsed.data;
  const ownProblem =
    parsed.data?.hash === hash ? 'its content is not what was written' : `hash: got ${parsed.data?.hash}`;
  const problems = parsed.error?.issues.map(({ path, message }) => `${path.join('.') || 'manifest'}: ${message}`) ?? [
    ownProblem,
  ];
  throw new StorageDenied(
    `trial manifest must be one that this version of Stepwell wrote [key=${manifestKey(hash)}]: ${problems.join('; ')}; delete ${trialFolder(hash)}, or set STEPWELL_PREFIX`,
  );
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Manifests of earlier versions have no hash. */
function isAsWritten(json: unknown): boolean {
  const { sha256, ...manifest } = json as Readonly<Record<string, unknown>>;
  return sha256 === undefined || sha256 === sha256Of(canonicalJson(manifest));
}
