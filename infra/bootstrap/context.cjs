'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');
const { createProgress } = require('./progress.cjs');

/**
 * Everything a part works with. `packageFolder` holds this package; `isCheckout` is false inside an installed package,
 * whose npm packages are somebody else's business.
 */
function createContext({
  packageFolder = path.resolve(__dirname, '../..'),
  environment = process.env,
  output = process.stderr,
} = {}) {
  const progress = createProgress(output);
  const isCheckout =
    !packageFolder.split(path.sep).includes('node_modules') &&
    fs.existsSync(path.join(packageFolder, 'package-lock.json'));
  return {
    packageFolder,
    isCheckout,
    /** What a person runs to get all this. */
    ownCommand: isCheckout ? 'npm run bootstrap' : 'npx stepwell bootstrap',
    testCommand: 'npm run bootstrap -- --for test',
    cacheFolder: chooseCacheFolder(environment),
    environment,
    platform: `${process.platform}-${process.arch}`,
    versions: JSON.parse(fs.readFileSync(path.join(__dirname, 'versions.json'), 'utf8')),
    progress,
    report: progress.say,
    /** Where a command that failed leaves its output; each part has a file of its own. */
    failureLog: 'last-failure.log',
    /** Resolves once another part is no longer at work. */
    prepared: async () => {},
  };
}

/** The cache folder that all checkouts share: STEPWELL_CACHE, else the XDG cache folder, else ~/.cache. */
function chooseCacheFolder(environment) {
  if (environment.STEPWELL_CACHE) return path.resolve(environment.STEPWELL_CACHE);
  const parent = environment.XDG_CACHE_HOME || path.join(environment.HOME || os.homedir(), '.cache');
  return path.resolve(parent, 'stepwell');
}

/**
 * What is wrong with a cache folder before anything is put there; undefined where nothing is. Node never returns from a
 * recursive mkdir in /proc.
 */
function cacheFolderProblem(folder) {
  if (!/^\/(proc|sys|dev(?!\/shm\/))(\/|$)/.test(folder)) return undefined;
  return `cache folder ${folder} is the system's own; set STEPWELL_CACHE to a folder that you can write to`;
}

/**
 * The folder of a package that ours uses, as our code finds it, which is in `dist` once installed; undefined where
 * there is none.
 */
function findPackage(context, name) {
  const code = path.join(context.packageFolder, context.isCheckout ? '' : 'dist', 'index.js');
  try {
    return path.dirname(createRequire(code).resolve(`${name}/package.json`));
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

module.exports = { createContext, chooseCacheFolder, cacheFolderProblem, findPackage };
