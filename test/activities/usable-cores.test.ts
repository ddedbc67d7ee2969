import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { usableCores } from '../../activities/usable-cores';

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

function machine(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(path.join(tmpdir(), 'stepwell-cores-'));
  roots.push(root);
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

const first = (folder: string, quota: number, period = 100_000): Record<string, string> => ({
  [`sys/fs/cgroup/${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
  [`sys/fs/cgroup/${folder}/cpu.cfs_period_us`]: `${period}\n`,
});

const V1 = '5:memory:/pod1\n4:cpu,cpuacct:/pod1/main\n3:cpuset:/\n';

describe('the cores that a process may use, of 16', () => {
  it.each<[string, number, Record<string, string>]>([
    ['no control group', 16, {}],
    ['no limit', 16, { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': 'max 100000\n' }],
    ['a quota', 4, { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': '400000 100000\n' }],
    ['a broken quota', 2, { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': '145000 50000\n' }],
    ['less than a core', 1, { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': '50000 100000\n' }],
    ['a quota above them', 16, { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': '6400000 100000\n' }],
    [
      'a lower quota further out',
      3,
      {
        'proc/self/cgroup': '0::/kube/pod1/main\n',
        'sys/fs/cgroup/kube/pod1/main/cpu.max': '800000 100000\n',
        'sys/fs/cgroup/kube/pod1/cpu.max': '300000 100000\n',
        'sys/fs/cgroup/kube/cpu.max': 'max 100000\n',
      },
    ],
    [
      'a container that sees the path of its host',
      2,
      { 'proc/self/cgroup': '0::/../x\n', 'sys/fs/cgroup/cpu.max': '200000 100000' },
    ],
    ['version 1', 6, { 'proc/self/cgroup': V1, ...first('cpu,cpuacct/pod1/main', 600_000), ...first('cpu/pod1', -1) }],
    [
      'version 1 further out',
      2,
      { 'proc/self/cgroup': V1, ...first('cpu/pod1/main', -1), ...first('cpu/pod1', 100_000, 50_000) },
    ],
    ['version 1 in a container', 5, { 'proc/self/cgroup': V1, ...first('cpu', 550_000) }],
  ])('under %s are %i', (_, cores, files) => {
    expect(usableCores(machine(files), 16)).toBe(cores);
  });

  it('are never more than the affinity mask has', () => {
    const files = { 'proc/self/cgroup': '0::/a\n', 'sys/fs/cgroup/a/cpu.max': '400000 100000\n' };
    expect(usableCores(machine(files), 3)).toBe(3);
    expect(usableCores()).toBeLessThanOrEqual(availableParallelism());
  });
});
