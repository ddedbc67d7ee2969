import lock from '../../../package-lock.json';

interface Locked {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

/** They look at the machine, or print thanks; none needs the network where npm has installed their optional parts. */
const HARMLESS = ['@swc/core', 'core-js', 'esbuild', 'protobufjs'];

test('whoever installs the package runs no script of a dependency that could fail behind a firewall', () => {
  const packages = Object.entries(lock.packages as Readonly<Record<string, Locked>>);
  const withScripts = packages
    .filter(([, { dev = false, hasInstallScript = false }]) => hasInstallScript && !dev)
    .map(([folder]) => folder.replace(/^.*node_modules\//, ''));
  expect(withScripts.filter((name) => !HARMLESS.includes(name))).toEqual([]);
});
