/**
 * Studies on a real Temporal server whose trainings are made up: real workflows, and activities that a test scripts.
 *
 * @module
 */
import { randomUUID } from 'node:crypto';
import { cancelled, heartbeat } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createStudyActivities, memoryStore } from '../../activities';
import type { ObjectStore } from '../../activities';
import { readDecision } from '../../activities/study/decision-record';
import { registerSearchAttributes } from '../../workers/search-attributes';
import { studyWorkflowId, TASK_QUEUES } from '../../workflows/words/contract';
import type {
  RunTrialInput,
  StudyActivities,
  TrainingActivities,
  TuneStudyInput,
} from '../../workflows/words/contract';
import type { StudyRecord, TrialSummary } from '../../workflows/words/progress';
import { parseStudy, resolveParsed } from '../../workflows/spec';
import type { StudyInput } from '../../workflows/spec';
import { chanceLossOf } from '../../workflows/tasks';
import { plausibleOutcome } from '../../workflows/stages/plausible-outcome';
import type { Decision, StudyFacts } from '../../workflows/stages/stage';
import type { ResolvedStudy } from '../../workflows/words/study';
import type { Outcome, TrialResult } from '../../workflows/words/outcome';
import type { TrialSpec } from '../../workflows/words/trial';
import { askedDigest } from '../../workflows/trials/asked';
import type { tuneStudy } from '../../workflows';
import { compiledFile } from './compiled';
import { MADE_UP_DATASET } from './scripted-files';
import { bundleOfPlanner } from './other-planner';

/** A cancellation reaches an activity with the reply to a heartbeat: seldom ones would make tests wait. */
const BEAT_MILLISECONDS = 50;

/** What a test says of one study; what it leaves out is as the textbooks say, at once. */
export interface StudyScript {
  readonly resolved?: (study: ResolvedStudy) => Promise<ResolvedStudy> | ResolvedStudy;
  readonly trial?: (spec: TrialSpec, plausible: () => Outcome) => Promise<Outcome> | Outcome;
  /** What the trainer does before it ends when it is cancelled. */
  readonly onCancel?: (spec: TrialSpec) => Promise<void>;
  readonly recordDecision?: (decision: Decision) => Promise<void> | void;
  /** Before the store has so many changes. */
  readonly recordChanges?: (changes: number) => Promise<void>;
  readonly publishStudy?: (record: StudyRecord) => Promise<void> | void;
}

/** What the activities of one study have seen so far. */
export interface StudyLog {
  readonly started: TrialSpec[];
  /** Trial ids in the order of their end, with results only. */
  readonly ended: string[];
  readonly cancelled: string[];
  readonly running: Set<string>;
  /** Most trials that ever ran at once. */
  runningMost: number;
  readonly decisions: { readonly decision: Decision; readonly trials: readonly TrialSummary[] }[];
  readonly published: StudyRecord[];
}

export interface ScriptedStudy {
  readonly handle: WorkflowHandleWithFirstExecutionRunId<typeof tuneStudy>;
  readonly log: StudyLog;
}

export interface ScriptedWorld {
  readonly client: Client;
  /** Holds what long stages put into it. */
  readonly store: ObjectStore;
  readonly taskQueuePrefix: string;
  start(study: StudyInput, script?: StudyScript): Promise<ScriptedStudy>;
  /** Puts a tuner worker with the maths of another planner version in the place of the one there is: an upgrade. */
  upgradeTuner(plannerVersion: number): Promise<void>;
  stop(): Promise<void>;
}

interface Play {
  readonly script: StudyScript;
  readonly log: StudyLog;
  resolved?: ResolvedStudy;
}

/** Workers of both task queues on a server, with a prefix of their own. */
export async function scriptedWorld(address: string, store: ObjectStore = memoryStore()): Promise<ScriptedWorld> {
  quieten();
  const taskQueuePrefix = `scripted-${randomUUID()}.`;
  const plays = new Map<string, Play>();
  const [connection, clientConnection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const client = new Client({ connection: clientConnection, identity: 'test' });
  const searchAttributes = await registerSearchAttributes(client);
  const common = { connection, identity: 'scripted', maxHeartbeatThrottleInterval: BEAT_MILLISECONDS };
  const tunerOf = async (codePath: string): Promise<RunningWorker> =>
    running(
      await Worker.create({
        ...common,
        taskQueue: `${taskQueuePrefix}${TASK_QUEUES.tuner}`,
        workflowBundle: { codePath },
        activities: studyActivities(plays, store),
        reuseV8Context: true,
      }),
    );
  let tuner = await tunerOf(compiledFile('workflow-bundle.js'));
  const training = running(
    await Worker.create({
      ...common,
      taskQueue: `${taskQueuePrefix}${TASK_QUEUES.training}`,
      activities: trainingActivities(plays),
    }),
  );
  return {
    client,
    store,
    taskQueuePrefix,
    start: async (study, script = {}) => {
      const studyId = study.name;
      const log = emptyLog();
      plays.set(studyId, { script, log });
      const input: TuneStudyInput = { studyId, study, taskQueuePrefix, searchAttributes };
      const handle = await client.workflow.start<typeof tuneStudy>('tuneStudy', {
        workflowId: studyWorkflowId(studyId),
        taskQueue: `${taskQueuePrefix}${TASK_QUEUES.tuner}`,
        args: [input],
        memo: { stepwellContent: studyId },
      });
      return { handle, log };
    },
    upgradeTuner: async (plannerVersion) => {
      await tuner.stop();
      tuner = await tunerOf(bundleOfPlanner(plannerVersion));
    },
    stop: async () => {
      await Promise.all([tuner.stop(), training.stop()]);
      await Promise.all([connection.close(), clientConnection.close()]);
    },
  };
}

const emptyLog = (): StudyLog => ({
  started: [],
  ended: [],
  cancelled: [],
  running: new Set(),
  runningMost: 0,
  decisions: [],
  published: [],
});

interface RunningWorker {
  stop(): Promise<void>;
}

function running(worker: Worker): RunningWorker {
  const run = worker.run();
  return {
    stop: async () => {
      worker.shutdown();
      await run;
    },
  };
}

let isQuiet = false;

/** What fails in these studies fails on purpose. The SDK takes a logger once a process. */
function quieten(): void {
  if (isQuiet) return;
  isQuiet = true;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
}

function playOf(plays: ReadonlyMap<string, Play>, studyId: string): Play {
  const play = plays.get(studyId);
  if (play === undefined) throw new Error(`study ${studyId} has no script`);
  return play;
}

function studyActivities(plays: ReadonlyMap<string, Play>, store: ObjectStore): StudyActivities {
  const real = createStudyActivities({ store, fileRoots: [] });
  const { passToPlanner, recordTrials, loadTrials, suggestPoints, recordChanges, recordDecision } = real;
  return {
    resolveStudy: async ({ studyId, study }) => {
      const play = playOf(plays, studyId);
      const parsed = parseStudy(study);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
      const resolved = resolveParsed(parsed.study, MADE_UP_DATASET);
      play.resolved = await (play.script.resolved?.(resolved) ?? resolved);
      return play.resolved;
    },
    passToPlanner,
    recordTrials,
    loadTrials,
    suggestPoints,
    recordChanges: async (changes) => {
      await playOf(plays, changes.studyId).script.recordChanges?.(changes.control.changes.length);
      return recordChanges(changes);
    },
    recordDecision: async (input) => {
      const { studyId, decision, trials } = input;
      const { script, log } = playOf(plays, studyId);
      await script.recordDecision?.(decision);
      const warnings = await recordDecision(input);
      const stored = await readDecision(store, studyId, decision.stageId);
      log.decisions.push({ decision: stored?.decision ?? decision, trials });
      return warnings;
    },
    publishStudy: async (record) => {
      const { script, log } = playOf(plays, record.studyId);
      await script.publishStudy?.(record);
      log.published.push(record);
      return { report: `s3://bucket/v1/studies/${record.studyId}/report.html`, model: record.final?.model ?? null };
    },
  };
}

function trainingActivities(plays: ReadonlyMap<string, Play>): TrainingActivities {
  return {
    runTrial: async (input) => {
      const { trial } = input;
      const play = playOf(plays, input.studyId);
      const { script, log } = play;
      const plausible = (): Outcome => plausibleOutcome(trial, factsOf(input, play));
      log.started.push(trial);
      log.running.add(trial.trialId);
      log.runningMost = Math.max(log.runningMost, log.running.size);
      const beat = setInterval(() => heartbeat(), BEAT_MILLISECONDS);
      const isCancelled = cancelled();
      try {
        const outcome = await Promise.race([isCancelled, script.trial?.(trial, plausible) ?? plausible()]);
        log.ended.push(trial.trialId);
        return { ...resultOf(trial, outcome), asked: askedDigest(trial) };
      } catch (error) {
        if (error instanceof Error && error.name === 'CancelledFailure') {
          log.cancelled.push(trial.trialId);
          await script.onCancel?.(trial);
        }
        throw error;
      } finally {
        clearInterval(beat);
        log.running.delete(trial.trialId);
      }
    },
  };
}

function factsOf({ dataset, objective }: RunTrialInput, { resolved }: Play): StudyFacts {
  if (resolved === undefined) throw new Error('a trial runs before its study is resolved');
  const { trainExamples, validationExamples, testExamples } = dataset.split;
  return {
    trainExamples,
    validationExamples,
    testExamples,
    classes: dataset.classes,
    chanceLoss: chanceLossOf(dataset),
    training: resolved.training,
    objective,
    modelHparams: [],
    reproducible: resolved.reproducible,
  };
}

function resultOf(spec: TrialSpec, outcome: Outcome): TrialResult {
  const model = spec.exportModel ? `v1/trials/${spec.trialId}/model` : null;
  return {
    trialId: spec.trialId,
    hash: `hash-${spec.trialId}`,
    outcome,
    weights: null,
    model,
    receipts: [],
    reused: false,
    worker: 'scripted',
    engine: 'made up',
  };
}
