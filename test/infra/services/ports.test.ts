import { createServer } from 'node:net';
import { choosePort, isPortFree, LOOPBACK } from '../../../infra/services/ports';

/** Runs `act` while something listens on a port. */
async function whileTaken(act: (port: number) => Promise<void>): Promise<void> {
  const server = createServer();
  const port = await choosePort(undefined);
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  try {
    await act(port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

test('the preferred port is chosen where it is free', async () => {
  const port = await choosePort(undefined);
  expect(await choosePort(port)).toBe(port);
});

test('another port is chosen where the preferred one is taken', async () => {
  await whileTaken(async (port) => {
    expect(await isPortFree(port)).toBe(false);
    expect(await choosePort(port)).not.toBe(port);
  });
});

test('a port that another server of ours will take is not chosen, even where it is free', async () => {
  const port = await choosePort(undefined);
  expect(await choosePort(port, [port])).not.toBe(port);
});

test('a chosen port is none that the system gives to outgoing connections', async () => {
  const port = await choosePort(undefined);
  expect(port).toBeGreaterThan(1023);
  expect(port).toBeLessThan(32_768);
});
