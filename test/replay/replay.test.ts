import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { InjectedSinks, WorkflowBundle } from '@temporalio/worker';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import type { InputSinks } from './scheduled-inputs';

const INTERCEPTOR = path.join(__dirname, 'scheduled-inputs.ts');
const FOLDER = path.join(__dirname, 'histories');
const NAMES = readdirSync(FOLDER)
  .map((file) => path.basename(file, '.json'))
  .sort();

/** Of a study that ran in several runs, which are numbered from 1 on. */
const studyOf = (name: string): string => name.replace(/-\d+$/, '');

/** At most 9 runs of a study are recorded. */
const LAST_OF_COMPLETED = NAMES.findLast((name) => studyOf(name) === 'completed')!;

/** More would make the repository heavy: record a smaller study. */
const FILE_BYTES_MAX = 320_000;

let bundle: WorkflowBundle;
beforeAll(async () => {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  });
  bundle = await bundleWorkflowCode({
    workflowsPath: path.join(__dirname, '../../workflows/index.ts'),
    workflowInterceptorModules: [INTERCEPTOR],
    logger: new DefaultLogger('WARN'),
  });
});

const textOf = (name: string): string => readFileSync(path.join(FOLDER, `${name}.json`), 'utf8');

/**
 * Whether the present workflow code does what a history says that it did, with the same activities asked the same.
 *
 * @returns What the present code asks of the activities.
 */
async function replay(history: unknown, workflowId: string): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  const scheduled = (_: unknown, activity: string, input: unknown): void => {
    asked.push({ activity, input: JSON.parse(JSON.stringify(input)) });
  };
  const sinks: InjectedSinks<InputSinks> = { inputs: { scheduled: { fn: scheduled, callDuringReplay: true } } };
  await Worker.runReplayHistory(
    { workflowBundle: bundle, replayName: workflowId, sinks },
    history,
    `study/${workflowId}`,
  );
  return asked;
}

interface Asked {
  readonly activity: string;
  readonly input: unknown;
}

/** What a history says was asked of the activities, in its order. */
function recorded(history: unknown): readonly Asked[] {
  return (historyFromJSON(history).events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
    scheduled
      ? [
          {
            activity: scheduled.activityType?.name ?? '',
            input: JSON.parse(Buffer.from(scheduled.input?.payloads?.[0]?.data ?? []).toString()),
          },
        ]
      : [],
  );
}

test.each(NAMES)('a study that ran as %s did would run the same with the present code', async (name) => {
  const history: unknown = JSON.parse(textOf(name));
  const broken = await replay(history, name).then(
    (asked) => {
      expect(asked).toEqual(recorded(history));
    },
    (error: unknown) => error as Error,
  );
  if (broken !== undefined) {
    throw new Error(
      `the workflow no longer does what it did in ${name}.json, so studies that run now would stop at a failing workflow task when their workers are upgraded. ` +
        'If that is not meant, keep the order and the kinds of what the workflow asks for (activities, timers, search attributes). If it is, say in CHANGELOG.md that running studies must ' +
        `end first, and record anew: node --import tsx test/replay/record.ts. ${broken.name}: ${broken.message}`,
      { cause: broken },
    );
  }
});

test('a replay notices a workflow that does something else', async () => {
  const history = JSON.parse(textOf(LAST_OF_COMPLETED).replaceAll('"recordDecision"', '"recordAnswer"'));
  await expect(replay(history, 'completed')).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});

interface ActivityEnd {
  readonly result?: { readonly payloads: readonly { readonly data?: string }[] };
}

/** The history of a study, with something else in the answer of its last trial. */
function altered(name: string, change: (answer: object) => object): unknown {
  const kind = 'activityTaskCompletedEventAttributes';
  const { events } = JSON.parse(textOf(name)) as { readonly events: readonly { readonly [kind]?: ActivityEnd }[] };
  const at = events.findLastIndex((event) => 'asked' in answerOf(event[kind]));
  const { [kind]: end, ...event } = events[at]!;
  const data = Buffer.from(JSON.stringify(change(answerOf(end)))).toString('base64');
  const payloads = [{ ...end?.result?.payloads[0], data }];
  return { events: events.with(at, { ...event, [kind]: { ...end, result: { payloads } } }) };
}

function answerOf(end: ActivityEnd | undefined): object {
  const parsed: unknown = JSON.parse(Buffer.from(end?.result?.payloads[0]?.data ?? 'e30=', 'base64').toString());
  return typeof parsed === 'object' && parsed !== null ? parsed : {};
}

test('a trial that was asked something else than the present code asks fails the task, and says which planner', async () => {
  const history = altered(LAST_OF_COMPLETED, (answer) => ({ ...answer, asked: '0' }));
  await expect(replay(history, 'completed')).rejects.toThrow(
    /trial final-train\/\d+ of study completed was not asked what the planner of this worker asks \(version \d+, answers /,
  );
});

test('every way a study can end, and everything people can do to it, is recorded, in files that are small', () => {
  expect([...new Set(NAMES.map(studyOf))]).toEqual([
    'approved',
    'cancelled',
    'cancelled-by-update',
    'changed',
    'completed',
    'continued',
    'failed',
    'out-of-memory',
    'paused',
    'pruned',
    'reproducible',
    'skipped',
  ]);
  expect(NAMES.filter((name) => textOf(name).length > FILE_BYTES_MAX)).toEqual([]);
});

test('a study that was continued as new goes on where the run before ended', () => {
  const [first, second] = ['continued-1', 'continued-2'].map(
    (name) => historyFromJSON(JSON.parse(textOf(name))).events ?? [],
  );
  const handedOn = first?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes;
  const begin = second?.[0]?.workflowExecutionStartedEventAttributes;
  expect(handedOn?.newExecutionRunId).toBe(begin?.originalExecutionRunId);
  expect(begin?.input).toEqual(handedOn?.input);
});
