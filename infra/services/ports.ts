import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Servers listen here and nowhere else: they know no users but their owner. */
export const LOOPBACK = '127.0.0.1';

/**
 * Below the ports that Linux gives to outgoing connections (32768 and up): a client that reconnects while its server is
 * down could be given the server's own port, which then connects to itself and keeps the server from coming back.
 */
const PORT_MIN = 20_000;
const PORT_MAX = 32_000;

/** More than enough unless thousands of servers run. */
const TRIES_MAX = 200;

/** Whether a server could listen on the port of the loopback address now. */
export async function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: LOOPBACK, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** The preferred port where it is free, else some free one; never one of `taken`. */
export async function choosePort(preferred: number | undefined, taken: readonly number[] = []): Promise<number> {
  if (preferred !== undefined && !taken.includes(preferred) && (await isPortFree(preferred))) return preferred;
  for (let i = 0; i < TRIES_MAX; i++) {
    const port = randomInt(PORT_MIN, PORT_MAX);
    if (!taken.includes(port) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port found between ${PORT_MIN} and ${PORT_MAX} on ${LOOPBACK}`);
}
