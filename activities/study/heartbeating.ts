import { activityInfo, heartbeat } from '@temporalio/activity';

/** Where the caller asks for no heartbeats, some are sent all the same: they bring the news of a cancellation. */
const HEARTBEAT_TIMEOUT_MILLISECONDS = 20_000;

/**
 * Sends heartbeats for as long as the work goes on: one large object on a slow link may take longer than a heartbeat
 * may. They need not prove progress here, as the store's client bounds its own waiting.
 *
 * @param details Of the next heartbeat.
 */
export async function heartbeating<T>(work: () => Promise<T>, details: () => unknown = () => undefined): Promise<T> {
  const timer = setInterval(
    () => heartbeat(details()),
    (activityInfo().heartbeatTimeoutMs ?? HEARTBEAT_TIMEOUT_MILLISECONDS) / 4,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
