import { impatientTemporal } from './own-temporal';
import { scriptedWorld } from './scripted-studies';
import type { ScriptedWorld } from './scripted-studies';
import { temporalAddress } from './services';

export interface TwoWorlds {
  /** On the server that all tests share: a study fits into one run of its workflow. */
  readonly world: ScriptedWorld;
  /** On a server of its own, where workflows continue as new after a few events. */
  readonly impatient: ScriptedWorld;
  stop(): Promise<void>;
}

/** The same scripted activities on a patient and on an impatient server, for studies that must not show where they were cut. */
export async function twoWorlds(events: number): Promise<TwoWorlds> {
  const temporal = await impatientTemporal(events);
  const [world, impatient] = [await scriptedWorld(temporalAddress()), await scriptedWorld(temporal.address)];
  return {
    world, impatient,
    stop: async () => {
      await Promise.all([world.stop(), impatient.stop()]);
      await temporal.stop();
    },
  };
}
