import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { oomKillsAround } from '../../../activities/trial/oom-kills';

const roots: string[] = [];
afterEach(() => roots.splice(0).forEach((root) => rmSync(root, { recursive: true })));

/** A machine with these files, on which 7 processes of anybody were killed. */
function machine(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(path.join(tmpdir(), 'stepwell-oom-'));
  roots.push(root);
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  for (const [name, text] of Object.entries({ 'proc/vmstat': 'pgfault 1\noom_kill 7\n', ...files })) write(name, text);
  return { root, write };
}

const events = (count: number): string => `low 0\nhigh 0\nmax 3\noom ${count}\noom_kill ${count}\noom_group_kill 0\n`;
const control = (count: number): string => `oom_kill_disable 0\nunder_oom 0\noom_kill ${count}\n`;

test.each([
  ['version 2', '0::/kube/pod1\n', 'sys/fs/cgroup/kube/pod1/memory.events', events],
  ['version 2 in a container', '0::/../other\n', 'sys/fs/cgroup/memory.events', events],
  ['version 1', '5:cpu,cpuacct:/\n4:memory:/pod1\n0::/\n', 'sys/fs/cgroup/memory/pod1/memory.oom_control', control],
  ['version 1 in a container', '4:memory:/docker/a1\n', 'sys/fs/cgroup/memory/memory.oom_control', control],
])('kills are those of the control group, under %s', (_, groups, file, text) => {
  const { root, write } = machine({ 'proc/41/cgroup': groups, [file]: text(2) });
  const kills = oomKillsAround(41, root);
  write('proc/vmstat', 'oom_kill 8\n');
  expect(kills()).toBe(2);
  // The process and its entry are gone when this is asked.
  rmSync(path.join(root, 'proc/41'), { recursive: true });
  write(file, text(3));
  expect(kills()).toBe(3);
});

test('without a group that says they are those of the machine, and without a machine that says none', () => {
  expect(oomKillsAround(41, machine({ 'proc/41/cgroup': '0::/\n' }).root)()).toBe(7);
  expect(oomKillsAround(undefined, machine({ 'proc/vmstat': 'pgfault 1\n' }).root)()).toBe(0);
});
