import { environmentForPrograms } from '../activities/process-environment';
import type { Environment } from '../workers/environment';

/** What a worker or a client of embedded services goes by: their own settings, beside none for other servers. */
export function embeddedEnvironment({ environment }: { readonly environment: Environment }): Environment {
  return { ...environmentForPrograms(), ...environment };
}
