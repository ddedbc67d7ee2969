import { readFileSync } from 'node:fs';
import { samplesOf } from '../report';

const EVERY_MILLISECONDS = 250;

/** Resident memory of a process over time, as Linux tells it. */
export class MemoryGauge {
  private readonly samples: { readonly at: number; readonly bytes: number }[] = [];
  private readonly timer: NodeJS.Timeout;

  /** Samples until `stop`. */
  constructor(pid: number) {
    this.timer = setInterval(
      () => this.samples.push({ at: Date.now(), bytes: residentBytes(pid) }),
      EVERY_MILLISECONDS,
    );
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /**
   * Median between two times in milliseconds since 1970; of a shorter time than between samples, the sample nearest to
   * its end.
   */
  between(from: number, to: number): number {
    const within = this.samples.filter(({ at }) => at >= from && at <= to).map(({ bytes }) => bytes);
    if (within.length > 0) return samplesOf(within).median;
    const nearest = this.samples.reduce((a, b) => (Math.abs(b.at - to) < Math.abs(a.at - to) ? b : a), {
      at: -Infinity,
      bytes: 0,
    });
    return nearest.bytes;
  }
}

function residentBytes(pid: number): number {
  return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
