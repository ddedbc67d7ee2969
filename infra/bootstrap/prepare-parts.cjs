'use strict';
const { PartUnavailable, asPartUnavailable } = require('./part-unavailable.cjs');

/**
 * Prepares parts side by side and returns what became of those that failed, as texts. One part's failure does not stop
 * the others. A part that needs another one waits for it by `context.prepared(name)`.
 */
async function prepareParts(context, parts) {
  const failures = await prepareMissing(context, parts);
  // npm begins with an empty folder: what another part had put there is gone with it.
  return failures.length > 0 ? failures : prepareMissing(context, parts);
}

async function prepareMissing(context, parts) {
  const atWork = new Map();
  // None begins before all are known, so that a part may wait for any other one, whatever their order.
  const begin = Promise.resolve();
  for (const part of parts.filter(({ inspect }) => !inspect(context).ok)) {
    const outcome = begin.then(() => prepareOne(context, part, atWork)).finally(() => atWork.delete(part.name));
    atWork.set(part.name, outcome);
  }
  return (await Promise.all([...atWork.values()])).flat();
}

async function prepareOne(context, part, atWork) {
  const progress = context.progress.begin(part.name);
  const prepared = async (name) => {
    if (!atWork.has(name)) return;
    progress.doing(`waiting for ${name}`);
    await atWork.get(name);
  };
  const own = { ...context, progress, prepared, failureLog: `last-failure-${part.name.replaceAll(' ', '-')}.log` };
  try {
    await part.prepare(own);
    const { ok, version, source, fix } = part.inspect(context);
    if (!ok) throw new PartUnavailable({ problem: 'it is still not usable after it was prepared', fix });
    progress.end(`${version} (${source})`);
    return [];
  } catch (error) {
    progress.fail();
    const failure = asPartUnavailable(error, `see ${own.failureLog} in ${context.cacheFolder}`);
    if (!(failure instanceof PartUnavailable)) throw error;
    return [failure.describe(part)];
  }
}

module.exports = { prepareParts };
