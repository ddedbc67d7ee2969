/**
 * A manifest as its owner sees it: every write is conditional on the last, so that whoever lost the trial can change
 * nothing any more.
 *
 * @module
 */
import { PreconditionFailed } from '../storage/object-store';
import type { ObjectStore } from '../storage/object-store';
import { decodeManifest, encodeManifest, manifestKey } from './manifest';
import type { TrialManifest } from './manifest';

/**
 * Rounds of one write. Only this owner's own lost answers, and stores that refuse for a conflict in passing, take a
 * second.
 */
const ROUNDS_MAX = 5;

/** Another attempt holds the trial: this one can keep nothing any more. */
export class Fenced extends Error {
  override readonly name = 'Fenced';
}

export class FencedManifest {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: ObjectStore,
    private manifest: TrialManifest,
    private etag: string,
  ) {}

  get current(): TrialManifest {
    return this.manifest;
  }

  /**
   * Writes a changed manifest; one write at a time, in the order of the calls.
   *
   * A write whose answer is lost may have happened: the next one finds its own token in the store and goes on from
   * there. So `change` must do nothing to a manifest that holds its change already; one given back as it is, is not
   * written.
   *
   * @throws Fenced if another attempt has taken the trial over.
   */
  async update(change: (manifest: TrialManifest) => TrialManifest): Promise<TrialManifest> {
    const written = this.last.then(() => this.write(change));
    this.last = written.catch(() => undefined);
    return written;
  }

  private async write(change: (manifest: TrialManifest) => TrialManifest): Promise<TrialManifest> {
    const { hash, owner } = this.manifest;
    for (let round = 1; ; round++) {
      const changed = change(this.manifest);
      if (changed === this.manifest) return changed;
      const next = { ...changed, revision: this.manifest.revision + 1, renewedAt: Date.now() };
      const bytes = encodeManifest(next);
      try {
        const { etag } = await this.store.put(manifestKey(hash), bytes, { ifMatch: this.etag });
        return this.adopt(next, etag);
      } catch (error) {
        if (!(error instanceof PreconditionFailed) || round === ROUNDS_MAX) throw error;
        const stored = await this.store.get(manifestKey(hash));
        const found = stored && decodeManifest(hash, stored.bytes);
        if (stored === undefined || found?.owner.token !== owner.token)
          throw new Fenced(fencedMessage(hash, found), { cause: error });
        this.adopt(found, stored.etag);
        if (bytes.equals(stored.bytes)) return found;
      }
    }
  }

  private adopt(manifest: TrialManifest, etag: string): TrialManifest {
    this.manifest = manifest;
    this.etag = etag;
    return manifest;
  }
}

function fencedMessage(hash: string, found: TrialManifest | undefined): string {
  if (found === undefined) return `trial is gone from the store [key=${manifestKey(hash)}]`;
  const { workflowId, attempt, worker } = found.owner;
  return `trial is held by another attempt now [key=${manifestKey(hash)}, workflow=${workflowId}, attempt=${attempt}, worker=${worker}]`;
}
