import type { ObjectRef } from '../../workflows/words/outcome';
import { sha256Of } from '../content-hash';
import type { ContentRef, ObjectStore } from '../storage/object-store';

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

/** Objects checked, of each trial and each data set one after the other: none is whole in memory but manifests. */
export class ObjectChecks {
  private objects = 0;
  private bytes = 0;
  private readonly damage: Damage[] = [];

  constructor(
    readonly store: ObjectStore,
    private readonly onProgress: (sofar: Checked) => void,
  ) {}

  /** Hashes an object of any size. */
  async check(ref: ObjectRef, fix: string): Promise<void> {
    this.compare(ref, await this.store.getFile(ref.key, null), fix);
  }

  /** Hashes an object that fits in memory. @returns its bytes if they are those that the reference names. */
  async checkedBytes(ref: ObjectRef, fix: string): Promise<Uint8Array | undefined> {
    const found = await this.store.get(ref.key);
    const content = found && { sha256: sha256Of(found.bytes), bytes: found.bytes.byteLength };
    return this.compare(ref, content, fix) ? found?.bytes : undefined;
  }

  private compare({ key, sha256, bytes }: ObjectRef, found: ContentRef | undefined, fix: string): boolean {
    if (found?.sha256 === sha256) {
      this.passed(found.bytes);
      return true;
    }
    const size = found?.bytes === bytes ? '' : `, ${found?.bytes} bytes instead of ${bytes}`;
    const actual = found === undefined ? 'not in the store' : `${found.sha256}${size}`;
    this.failed(found?.bytes ?? 0, { key, expected: sha256, actual, fix });
    return false;
  }

  /** Demands that an object is there; its content is another check's. */
  async present(key: string, fix: string): Promise<void> {
    if ((await this.store.head(key)) === undefined)
      this.failed(0, { key, expected: 'an object', actual: 'not in the store', fix });
  }

  passed(bytes: number): void {
    this.count(bytes);
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
