import { createSandbox, load } from './sandbox';
import type { Context, Sandbox } from './sandbox';

interface OwnContext extends Context {
  readonly failureLog: string;
  prepared(name: string): Promise<void>;
}
interface FakePart {
  readonly name: string;
  readonly neededFor: readonly string[];
  inspect(): object;
  prepare(context: OwnContext): Promise<void>;
}
const { prepareParts } = load<{
  prepareParts(context: Context, parts: readonly FakePart[]): Promise<readonly string[]>;
}>('prepare-parts.cjs');
const { PartUnavailable } = load<{ PartUnavailable: new (parts: { problem: string }) => Error }>(
  'part-unavailable.cjs',
);

let sandbox: Sandbox;
let events: string[];
beforeEach(() => {
  sandbox = createSandbox();
  events = [];
});
afterEach(() => sandbox.remove());

/** A part that is there once its `work` is done. */
function part(name: string, work: (context: OwnContext) => Promise<void>): FakePart {
  let ok = false;
  return {
    name,
    neededFor: ['start'],
    inspect: () => ({ ok, version: '1', source: 'test' }),
    prepare: async (context) => {
      events.push(`${name} begins`);
      await work(context);
      ok = true;
      events.push(`${name} is there`);
    },
  };
}
const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

test('parts are prepared side by side', async () => {
  expect(await prepareParts(sandbox.context, [part('a', soon), part('b', soon)])).toEqual([]);
  expect(events).toEqual(['a begins', 'b begins', 'a is there', 'b is there']);
});

test('a part that needs another one waits for it, whatever their order', async () => {
  const parts = [part('a', ({ prepared }) => prepared('b')), part('b', soon)];
  expect(await prepareParts(sandbox.context, parts)).toEqual([]);
  expect(events).toEqual(['a begins', 'b begins', 'b is there', 'a is there']);
  expect(sandbox.said).toContain('a: waiting for b (0 s)\n');
});

test('a part that another one has taken down while it was prepared is prepared again', async () => {
  let isLinked = true;
  const binding: FakePart = {
    ...part('binding', soon),
    inspect: () => ({ ok: isLinked, version: '1', source: 'test' }),
    prepare: () => {
      events.push('binding is linked');
      isLinked = true;
      return Promise.resolve();
    },
  };
  const packages = part('packages', () => {
    isLinked = false;
    return Promise.resolve();
  });
  expect(await prepareParts(sandbox.context, [binding, packages])).toEqual([]);
  expect(events).toEqual(['packages begins', 'packages is there', 'binding is linked']);
});

test('nobody waits for a part that is not at work', async () => {
  await prepareParts(sandbox.context, [part('a', ({ prepared }) => prepared('b'))]);
  expect(events).toEqual(['a begins', 'a is there']);
});

test('a failure does not stop the others, and all failures are told at once, each with its own log', async () => {
  const failing = (name: string): FakePart =>
    part(name, async ({ failureLog }) => {
      await soon();
      throw new PartUnavailable({ problem: `see ${failureLog}` });
    });
  const failures = await prepareParts(sandbox.context, [failing('a b'), part('c', soon), failing('d')]);
  expect(failures).toEqual([
    'a b could not be prepared: see last-failure-a-b.log\n  needed for: start',
    'd could not be prepared: see last-failure-d.log\n  needed for: start',
  ]);
  expect(events).toContain('c is there');
});
