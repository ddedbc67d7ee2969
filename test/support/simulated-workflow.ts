/**
 * The workflow of a study in simulated time, without a server: `@temporalio/workflow` as far as it uses that, whose
 * timers and activities are events of a queue. For what no real server shows in seconds: thousands of trials of minutes
 * each, and how much a workflow does between two events.
 *
 * ```ts
 * jest.mock('@temporalio/workflow', () => jest.requireActual('…/support/simulated-workflow').simulatedWorkflow());
 * ```
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { CancelledFailure } from '@temporalio/common';
import type * as Workflow from '@temporalio/workflow';

/** What an activity comes to: a result after some time. */
export interface Simulated {
  readonly seconds: number;
  readonly result: unknown;
  /** Seconds from its cancellation to its end. */
  readonly secondsToCancel?: number;
  readonly onCancelled?: (secondsRun: number) => void;
}

export type SimulatedActivities = (name: string, input: unknown) => Simulated | Promise<Simulated>;

/** What Temporal suggests to continue as new after. */
export interface HistoryLimits {
  readonly events: number;
  readonly bytes: number;
}

interface Event {
  readonly at: number;
  readonly fire: () => void | Promise<void>;
}

/** Events of an activity, of a timer and of a workflow task in a history. */
const EVENTS = { activity: 3, local: 1, timer: 2, task: 3 };

/** One run of a workflow after another, in one time. */
export class Simulation {
  now = 0;
  /** Called after each activation. */
  onActivation: () => void = () => undefined;
  private history = { events: 0, bytes: 0 };
  /** As the workflow knows it: it is told with the events. */
  private told = this.history;
  private queue: Event[] = [];
  /** Activities of which it is not known yet what they come to. */
  private computing = 0;
  private waiting = new Set<{ readonly holds: () => boolean; readonly go: () => void }>();

  constructor(
    private readonly activities: SimulatedActivities,
    private readonly limits: HistoryLimits,
  ) {}

  /** Size of what the present run has done. */
  get size(): Readonly<{ events: number; bytes: number }> {
    return this.history;
  }

  /** Runs a workflow until it ends, one way or another. */
  async run<Result>(input: unknown, workflow: () => Promise<Result>): Promise<Result> {
    simulation = this;
    this.history = { events: EVENTS.task, bytes: sizeOf(input) };
    this.told = this.history;
    [this.queue, this.waiting] = [[], new Set()];
    let isOver = false;
    const end = scopes.run(new Scope(), workflow).finally(() => (isOver = true));
    end.catch(() => undefined);
    for (;;) {
      await this.settle();
      this.onActivation();
      if (isOver) return end;
      await this.nextEvents();
    }
  }

  info(): Partial<Workflow.WorkflowInfo> {
    const { events, bytes } = this.told;
    return {
      firstExecutionRunId: 'simulated',
      historyLength: events,
      historySize: bytes,
      continueAsNewSuggested: events >= this.limits.events || bytes >= this.limits.bytes,
    };
  }

  async activity(name: string, input: unknown, isLocal: boolean): Promise<unknown> {
    const scope = Scope.current();
    const { seconds, result, secondsToCancel = 0, onCancelled } = await this.computed(name, input);
    this.grow(isLocal ? EVENTS.local : EVENTS.activity, sizeOf(result) + (isLocal ? 0 : sizeOf(input)));
    const from = this.now;
    return new Promise((resolve, reject) => {
      let isCancelled = false;
      this.after(seconds, () => (isCancelled ? undefined : resolve(result)));
      scope.onCancel(() => {
        isCancelled = true;
        const seconds = this.now - from;
        this.after(secondsToCancel, () => {
          onCancelled?.(seconds);
          reject(new CancelledFailure('cancelled'));
        });
      });
    });
  }

  private async computed(name: string, input: unknown): Promise<Simulated> {
    this.computing += 1;
    try {
      return await this.activities(name, input);
    } finally {
      this.computing -= 1;
    }
  }

  sleep(seconds: number): Promise<void> {
    this.grow(EVENTS.timer, 200);
    return new Promise((resolve, reject) => {
      this.after(seconds, resolve);
      Scope.current().onCancel(() => reject(new CancelledFailure('cancelled')));
    });
  }

  condition(holds: () => boolean, seconds?: number): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const one = {
        holds,
        go: () => {
          this.waiting.delete(one);
          resolve(true);
        },
      };
      this.waiting.add(one);
      if (seconds !== undefined) {
        this.grow(EVENTS.timer, 200);
        this.after(seconds, () => {
          if (this.waiting.delete(one)) resolve(false);
        });
      }
      Scope.current().onCancel(() => this.waiting.delete(one) && reject(new CancelledFailure('cancelled')));
    });
  }

  private grow(events: number, bytes: number): void {
    this.history = { events: this.history.events + events, bytes: this.history.bytes + bytes };
  }

  private after(seconds: number, fire: Event['fire']): void {
    const at = this.now + seconds;
    const place = this.queue.findLastIndex((event) => event.at <= at) + 1;
    this.queue.splice(place, 0, { at, fire });
  }

  /** Until nothing more follows from what has happened. */
  private async settle(): Promise<void> {
    for (;;) {
      await setImmediate();
      if (this.computing > 0) continue;
      const ready = [...this.waiting].filter(({ holds }) => holds());
      if (ready.length === 0) return;
      ready.forEach(({ go }) => go());
    }
  }

  private async nextEvents(): Promise<void> {
    const [first] = this.queue;
    if (first === undefined) throw new Error('the workflow waits for nothing');
    this.now = first.at;
    this.grow(EVENTS.task, 300);
    this.told = this.history;
    while (this.queue[0]?.at === first.at) await this.queue.shift()!.fire();
  }
}

let simulation: Simulation;
const scopes = new AsyncLocalStorage<Scope>();

class Scope {
  private isCancelled = false;
  private readonly listeners: (() => void)[] = [];

  constructor() {
    scopes.getStore()?.onCancel(() => this.cancel());
  }

  static current(): Scope {
    return scopes.getStore()!;
  }

  static cancellable<Result>(work: () => Promise<Result>): Promise<Result> {
    return new Scope().run(work);
  }

  static nonCancellable<Result>(work: () => Promise<Result>): Promise<Result> {
    return scopes.exit(() => new Scope()).run(work);
  }

  get consideredCancelled(): boolean {
    return this.isCancelled;
  }

  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return scopes.run(this, work);
  }

  cancel(): void {
    if (this.isCancelled) return;
    this.isCancelled = true;
    this.listeners.forEach((listener) => listener());
  }

  onCancel(listener: () => void): void {
    this.listeners.push(listener);
  }
}

const sizeOf = (value: unknown): number => JSON.stringify(value ?? null).length;

function secondsIn(duration: string | number): number {
  if (typeof duration === 'number') return duration / 1000;
  const [count, unit] = duration.split(' ');
  return Number(count) * (unit!.startsWith('minute') ? 60 : 1);
}

/** In place of `@temporalio/workflow`. */
export function simulatedWorkflow(): Partial<typeof Workflow> {
  const actual = jest.requireActual<typeof Workflow>('@temporalio/workflow');
  const continueAsNew = (input: unknown): never => {
    throw new actual.ContinueAsNew({ args: [input] } as never);
  };
  const proxy = (isLocal: boolean) => () =>
    new Proxy({}, { get: (_, name: string) => (input: unknown) => simulation.activity(name, input, isLocal) });
  return {
    ...actual,
    proxyActivities: proxy(false) as unknown as typeof actual.proxyActivities,
    proxyLocalActivities: proxy(true) as unknown as typeof actual.proxyLocalActivities,
    workflowInfo: () => simulation.info() as Workflow.WorkflowInfo,
    sleep: (duration) => simulation.sleep(secondsIn(duration as string)),
    condition: ((holds: () => boolean, duration?: string) =>
      simulation.condition(holds, duration === undefined ? undefined : secondsIn(duration))) as typeof actual.condition,
    CancellationScope: Scope as unknown as typeof actual.CancellationScope,
    setHandler: () => undefined,
    allHandlersFinished: () => true,
    setCurrentDetails: () => undefined,
    upsertSearchAttributes: () => undefined,
    continueAsNew: continueAsNew as unknown as typeof actual.continueAsNew,
    makeContinueAsNewFunc: (() => continueAsNew) as unknown as typeof actual.makeContinueAsNewFunc,
  };
}
