import { Context } from '@temporalio/activity';
import { abortable } from '../concurrency';
import { StorageUnavailable } from '../storage/object-store';
import type { ObjectStore, TransferOptions } from '../storage/object-store';
import { Liveness } from '../trial/liveness';

/** Where the caller asks for no heartbeats, some are sent all the same: they bring the news of a cancellation. */
const HEARTBEAT_TIMEOUT_MILLISECONDS = 20_000;

/**
 * Sends heartbeats for as long as the work moves something: one large object on a slow link may take longer than a
 * heartbeat may, and a transfer that moves none any more ends the work.
 *
 * @param work Is given what to call when something moved, and what ends when nobody waits for it any more.
 * @param details Of the next heartbeat.
 * @throws StorageUnavailable if nothing moves for `TRANSFER_STALL_SECONDS`, with which the signal ends, too.
 */
export async function heartbeating<T>(
  work: (onMoved: () => void, signal: AbortSignal) => Promise<T>,
  details: () => unknown = () => undefined,
): Promise<T> {
  const context = Context.current();
  const stalled = new AbortController();
  const liveness = new Liveness({
    heartbeat: () => context.heartbeat(details()),
    heartbeatEverySeconds: (context.info.heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MILLISECONDS) / 4 / 1000,
    onStall: (seconds) =>
      stalled.abort(new StorageUnavailable(`no byte came from a store or went there for ${Math.round(seconds)} s`)),
  });
  liveness.enter('transferring');
  try {
    const signal = AbortSignal.any([stalled.signal, cancellationOf(context)]);
    return await abortable(
      work(() => liveness.moved(), signal),
      stalled.signal,
    );
  } finally {
    liveness.end();
  }
}

/** Aborted when nobody wants the activity any more. A worker that stops has some seconds to finish what it is at. */
function cancellationOf(context: Context): AbortSignal {
  const cancellation = new AbortController();
  context.cancelled.catch((reason: unknown) => {
    if (!(reason instanceof Error) || reason.message !== 'WORKER_SHUTDOWN') cancellation.abort(reason);
  });
  return cancellation.signal;
}

/**
 * The same store, which tells of bytes that move, and of each object that it was asked for.
 * @param signal Ends its transfers.
 */
export function telling(store: ObjectStore, onMoved: () => void, signal?: AbortSignal): ObjectStore {
  const told = async <T>(operation: Promise<T>): Promise<T> => {
    const result = await operation;
    onMoved();
    return result;
  };
  const both = <Options extends TransferOptions>(options: Options | undefined): Options & TransferOptions => ({
    ...(options as Options),
    signal: options?.signal ?? signal,
    onMoved: (bytes: number) => {
      onMoved();
      options?.onMoved?.(bytes);
    },
  });
  return {
    uri: store.uri,
    put: (...of) => told(store.put(...of)),
    get: (key, range, options) => told(store.get(key, range, both(options))),
    putFile: (key, source, options) => told(store.putFile(key, source, both(options))),
    getFile: (key, file, options) => told(store.getFile(key, file, both(options))),
    listUploads: (...of) => told(store.listUploads(...of)),
    abandonUploads: (...of) => told(store.abandonUploads(...of)),
    head: (...of) => told(store.head(...of)),
    list: (...of) => told(store.list(...of)),
    copy: (from, to, options) => told(store.copy(from, to, both(options))),
    delete: (...of) => told(store.delete(...of)),
  };
}
