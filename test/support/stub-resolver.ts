import { HostResolver } from '../../src/providers/host.resolver.js';

/** Names lead where a spec wants them to. */
export const stubResolver = (resolve: HostResolver['resolve']): HostResolver =>
  Object.assign(new HostResolver(), { resolve });
