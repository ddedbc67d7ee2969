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
  const cacheFolder = chooseCacheFolder(environment);
  return {
    packageFolder,
    isCheckout,
    /** What a person runs to get all this. */
    ownCommand: isCheckout ? 'npm run bootstrap' : 'npx stepwell bootstrap',
    testCommand: 'npm run bootstrap -- --for test',
    cacheFolder,
    environment: withHome(environment, cacheFolder),
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

/**
 * The cache folder that all checkouts share: STEPWELL_CACHE, else the XDG cache folder, else ~/.cache.
 * Throws ConfigInvalid for a user with neither HOME nor an account.
 */
function chooseCacheFolder(environment, home = os.homedir) {
  if (environment.STEPWELL_CACHE) return path.resolve(environment.STEPWELL_CACHE);
  const parent = environment.XDG_CACHE_HOME || path.join(environment.HOME || homeOrNone(home), '.cache');
  return path.resolve(parent, 'stepwell');
}

function homeOrNone(home) {
  try {
    return home();
  } catch (cause) {
    const error = new Error('this user has no home folder: set STEPWELL_CACHE to a folder that it can write to', {
      cause,
    });
    throw Object.assign(error, { name: 'ConfigInvalid' });
  }
}

/** npm, pip and Go keep folders of their own at home; where they cannot, they get a home in the cache folder. */
function withHome(environment, cacheFolder) {
  try {
    fs.accessSync(environment.HOME || '', fs.constants.W_OK);
    return environment;
  } catch {
    return { ...environment, HOME: path.join(cacheFolder, 'home') };
  }
}

/** What separates folders in lists of them, which Go's caches are in. */
const UNBUILDABLE = /[:\n\r]/;

/**
 * What is wrong with a cache folder before anything is put there; undefined where nothing is. Node never returns from a
 * recursive mkdir in /proc.
 */
function cacheFolderProblem(folder) {
  if (/^\/(proc|sys|dev(?!\/shm\/))(\/|$)/.test(folder))
    return `cache folder ${folder} is the system's own; set STEPWELL_CACHE to a folder that you can write to`;
  const character = UNBUILDABLE.exec(folder)?.[0];
  if (character === undefined) return undefined;
  return `cache folder ${JSON.stringify(folder)} cannot be used: Go takes no folder with ${JSON.stringify(character)} in its name; set STEPWELL_CACHE to another`;
}

/** What somebody may do who cannot write beside this file, as in a checkout of another user's; undefined for others. */
function ownershipFix({ packageFolder, isCheckout }) {
  const folder = [path.join(packageFolder, 'node_modules'), packageFolder].find((candidate) =>
    fs.existsSync(candidate),
  );
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return undefined;
  } catch {
    const own = isCheckout ? 'clone it into a folder of your own' : 'install it into a folder of your own';
    return `${packageFolder} belongs to another user: ${own}, or let that user run this with STEPWELL_CACHE set to a folder that both can read`;
  }
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

module.exports = { createContext, chooseCacheFolder, cacheFolderProblem, ownershipFix, findPackage };
