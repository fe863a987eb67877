import { personByLogin, type World, type WorldPerson } from '../world/world.js';

const accountId = ({ id }: WorldPerson): string =>
  `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;

/** An `IdentityRef`. */
export function identityOf(world: World, login: string) {
  const person = personByLogin(world, login);
  return {
    id: accountId(person),
    displayName: person.name,
    uniqueName: login,
    descriptor: `${person.bot ? 'svc' : 'aad'}.${String(person.id)}`,
  };
}

export function connectionData(world: World) {
  const viewer = personByLogin(world, world.viewer);
  const user = {
    id: accountId(viewer),
    providerDisplayName: viewer.name,
    subjectDescriptor: `aad.${String(viewer.id)}`,
    isActive: true,
    properties: { Account: { $type: 'System.String', $value: viewer.login } },
  };
  return { authenticatedUser: user, authorizedUser: user, deploymentType: 'hosted' };
}

/** What is told to whom nobody knows. */
export function anonymousConnectionData() {
  const id = 'aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa';
  const user = { id, providerDisplayName: 'Anonymous', isActive: true, properties: {} };
  return { authenticatedUser: user, authorizedUser: user, deploymentType: 'hosted' };
}
