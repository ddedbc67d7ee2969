import type {
  ActivitySlotInfo,
  CustomSlotSupplier,
  SlotPermit,
  SlotReserveContext,
  TunerHolder,
} from '@temporalio/worker';
import type { TrainerPool } from '../activities';

/**
 * What a training worker may take on: a trial for every trainer, and another one as soon as a trial that only stores
 * its result has given its trainer back. So a worker never takes a trial that would have to wait while another worker
 * has a trainer free.
 */
export class TrialPermits implements CustomSlotSupplier<ActivitySlotInfo> {
  readonly type = 'custom';
  private issued = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly trainers: Pick<TrainerPool, 'slots' | 'storing' | 'watch'>) {
    trainers.watch(() => this.serve());
  }

  async reserveSlot(_context: SlotReserveContext, signal: AbortSignal): Promise<SlotPermit> {
    return new Promise<SlotPermit>((resolve, reject) => {
      const take = (): void => {
        signal.removeEventListener('abort', drop);
        resolve({});
      };
      const drop = (): void => {
        this.waiting.delete(take);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return drop();
      signal.addEventListener('abort', drop, { once: true });
      this.waiting.add(take);
      this.serve();
    });
  }

  /** Of a task that a workflow's own worker hands over without a poll. */
  tryReserveSlot(): SlotPermit | null {
    if (!this.hasRoom) return null;
    this.issued += 1;
    return {};
  }

  markSlotUsed(): void {
    // A permit counts from the poll on.
  }

  releaseSlot(): void {
    this.issued -= 1;
    this.serve();
  }

  private get hasRoom(): boolean {
    return this.issued - this.trainers.storing < this.trainers.slots;
  }

  private serve(): void {
    for (const take of this.waiting) {
      if (!this.hasRoom) return;
      this.waiting.delete(take);
      this.issued += 1;
      take();
    }
  }
}

/** How a training worker takes on trials; of the other kinds of tasks it gets none. */
export function trialTuner(trainers: TrainerPool): TunerHolder {
  const one = { type: 'fixed-size', numSlots: 1 } as const;
  return {
    activityTaskSlotSupplier: new TrialPermits(trainers),
    workflowTaskSlotSupplier: one,
    localActivityTaskSlotSupplier: one,
    nexusTaskSlotSupplier: one,
  };
}
