import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const SOURCE_MAP = /(\/\/# sourceMappingURL=data:[^,]*base64,)(.*)/;

/**
 * The workflow bundle as a worker loads it.
 *
 * Its source map names files from the package's root, not from where it was built: a package should be the same
 * wherever that is, and a stack trace readable.
 */
export async function workflowBundle(workflowsPath: string, packageFolder: string): Promise<string> {
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  return code.replace(SOURCE_MAP, (_all, head: string, map: string) => {
    const text = Buffer.from(map, 'base64').toString('utf8').replaceAll(packageFolder, 'stepwell');
    return head + Buffer.from(text).toString('base64');
  });
}
