import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundle } from '@temporalio/worker';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';

const FOLDER = path.join(__dirname, 'histories');
const NAMES = readdirSync(FOLDER)
  .map((file) => path.basename(file, '.json'))
  .sort();

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
    logger: new DefaultLogger('WARN'),
  });
});

const textOf = (name: string): string => readFileSync(path.join(FOLDER, `${name}.json`), 'utf8');

/** Whether the present workflow code does what a history says that it did. */
async function replay(history: unknown, workflowId: string): Promise<void> {
  await Worker.runReplayHistory({ workflowBundle: bundle, replayName: workflowId }, history, `study/${workflowId}`);
}

test.each(NAMES)('a study that ran as %s did would run the same with the present code', async (name) => {
  const broken = await replay(JSON.parse(textOf(name)), name).then(
    () => undefined,
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
  const history = JSON.parse(textOf('completed').replaceAll('"recordDecision"', '"recordAnswer"'));
  await expect(replay(history, 'completed')).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});

test('every way a study can end, and everything people can do to it, is recorded, in files that are small', () => {
  expect(NAMES).toEqual(
    expect.arrayContaining([
      'approved',
      'cancelled',
      'cancelled-by-update',
      'changed',
      'completed',
      'continued-1',
      'continued-2',
      'failed',
      'out-of-memory',
      'paused',
      'pruned',
      'reproducible',
      'skipped',
    ]),
  );
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
