import type { ObjectRef } from '../../workflows/words/outcome';
import { sha256Of } from '../content-hash';
import type { ObjectStore } from '../storage/object-store';

export interface Damage {
  readonly key: string;
  /** A SHA-256, or what should be there in words. */
  readonly expected: string;
  readonly actual: string;
  readonly fix: string;
}

export interface Checked {
  readonly objects: number;
  readonly bytes: number;
  readonly damage: readonly Damage[];
}

/** Objects checked, of each trial and each data set one after the other. */
export class ObjectChecks {
  private objects = 0;
  private bytes = 0;
  private readonly damage: Damage[] = [];

  constructor(
    readonly store: ObjectStore,
    private readonly onProgress: (sofar: Checked) => void,
  ) {}

  /** Hashes an object. @returns its bytes if they are those that the reference names. */
  async check({ key, sha256, bytes }: ObjectRef, fix: string): Promise<Uint8Array | undefined> {
    const found = await this.store.get(key);
    if (found === undefined) return this.failed(0, { key, expected: sha256, actual: 'not in the store', fix });
    const actual = sha256Of(found.bytes);
    if (actual === sha256) return this.passed(found.bytes.byteLength, found.bytes);
    const size = found.bytes.byteLength === bytes ? '' : `, ${found.bytes.byteLength} bytes instead of ${bytes}`;
    return this.failed(found.bytes.byteLength, { key, expected: sha256, actual: `${actual}${size}`, fix });
  }

  /** Demands that an object is there; its content is another check's. */
  async present(key: string, fix: string): Promise<void> {
    if ((await this.store.head(key)) === undefined)
      this.failed(0, { key, expected: 'an object', actual: 'not in the store', fix });
  }

  passed<T>(bytes: number, value?: T): T | undefined {
    this.count(bytes);
    return value;
  }

  failed(bytes: number, damage: Damage): undefined {
    if (!this.damage.some(({ key }) => key === damage.key)) this.damage.push(damage);
    this.count(bytes);
  }

  result(): Checked {
    const { objects, bytes, damage } = this;
    return { objects, bytes, damage };
  }

  private count(bytes: number): void {
    this.objects += 1;
    this.bytes += bytes;
    this.onProgress(this.result());
  }
}
