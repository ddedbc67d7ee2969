import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { identify, isRunning, stopServices } from '../../../infra/services';
import { ServiceFailed } from '../../../infra/services/errors';

/** As on a disk without a byte left. */
jest.mock('../../../infra/services/folder', () => ({
  ...jest.requireActual<object>('../../../infra/services/folder'),
  writeJson: (file: string) => {
    throw new ServiceFailed(`folder of ${file} cannot hold the services (ENOSPC)`, 'diskFull');
  },
}));

test('servers are ended on a full disk too: that may be what makes room', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'stepwell-full-'));
  const child = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  const identity = identify(child.pid!)!;
  writeFileSync(
    path.join(folder, 'services.json'),
    JSON.stringify({ servers: { versitygw: { port: 1, process: identity } }, users: [] }),
  );
  try {
    expect(await stopServices(folder)).toBe(true);
    expect(isRunning(identity)).toBe(false);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
});
