import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BackupFailed } from './errors';

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Runs the machine's own `tar`: the S3 server keeps etags in extended attributes, which Node has no access to.
 *
 * @throws BackupFailed with tar's first words, also if it could not keep an attribute, which it only mentions.
 */
export async function tar(args: readonly string[]): Promise<void> {
  const { stdout: version } = await run(['--version']);
  // GNU tar takes a name with a colon for one on another host.
  const options = version.includes('GNU') ? ['--force-local', '--xattrs', '--xattrs-include=user.*'] : [];
  const { stderr } = await run([...options, ...args]);
  const lost = stderr.split('\n').find((line) => /xattr|attribute/i.test(line));
  if (lost !== undefined)
    throw new BackupFailed(
      `this disk keeps no extended attributes, which the objects need (${lost}); use a folder on another disk`,
    );
}

async function run(args: readonly string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  try {
    return await promisify(execFile)('tar', args, {
      maxBuffer: OUTPUT_BYTES_MAX,
      env: { ...process.env, LC_ALL: 'C' },
    });
  } catch (error) {
    const { stderr, message, code } = error as {
      readonly stderr?: string;
      readonly message: string;
      readonly code?: unknown;
    };
    if (code === 'ENOENT')
      throw new BackupFailed('tar is not on this machine, which back-ups are made with; install it', { cause: error });
    const words = (stderr ?? '').trim().split('\n')[0] || message;
    throw new BackupFailed(`tar failed (${words})${/No space left|quota/i.test(words) ? '; free some space' : ''}`, {
      cause: error,
    });
  }
}
