import { impatientTemporal } from './own-temporal';
import { scriptedWorld } from './scripted-studies';
import type { ScriptedWorld } from './scripted-studies';
import { temporalAddress } from './services';

export interface TwoWorlds {
  /** On the server that all tests share: a study fits into one run of its workflow. */
  readonly patient: ScriptedWorld;
  /** On a server of its own, where workflows continue as new after a few events. */
  readonly impatient: ScriptedWorld;
}

/**
 * The same scripted activities on a patient and on an impatient server, for studies that must not show where they were
 * cut; there for as long as the tests of the file that calls this run.
 */
export function twoWorlds(events: number): TwoWorlds {
  let temporal: Awaited<ReturnType<typeof impatientTemporal>>;
  let patient: ScriptedWorld;
  let impatient: ScriptedWorld;
  beforeAll(async () => {
    temporal = await impatientTemporal(events);
    [patient, impatient] = [await scriptedWorld(temporalAddress()), await scriptedWorld(temporal.address)];
  });
  afterAll(async () => {
    await Promise.all([patient.stop(), impatient.stop()]);
    await temporal.stop();
  });
  return {
    get patient() {
      return patient;
    },
    get impatient() {
      return impatient;
    },
  };
}
