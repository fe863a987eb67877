import { describe, expect, it } from '@jest/globals';
import { organizationOf } from './azure-devops.address.js';

const SERVICES = 'https://dev.azure.com';
const SERVER = 'https://tfs.example.org';

describe('the organisation that is meant', () => {
  it.each([
    [SERVICES, { organization: 'fabrikam' }, `${SERVICES}/fabrikam`],
    [SERVICES, { baseUrl: `${SERVICES}/fabrikam/` }, `${SERVICES}/fabrikam`],
    [SERVICES, { baseUrl: `${SERVICES}/fabrikam/Web/_git/Shop` }, `${SERVICES}/fabrikam`],
    [SERVICES, { baseUrl: 'https://mona@dev.azure.com/fabrikam' }, `${SERVICES}/fabrikam`],
    [SERVICES, { baseUrl: 'https://fabrikam.visualstudio.com' }, `${SERVICES}/fabrikam`],
    [
      SERVICES,
      { baseUrl: 'https://fabrikam.visualstudio.com/DefaultCollection/Web' },
      `${SERVICES}/fabrikam`,
    ],
    ['https://fabrikam.visualstudio.com', {}, `${SERVICES}/fabrikam`],
    [SERVER, { baseUrl: `${SERVER}/Main` }, `${SERVER}/Main`],
    [SERVER, { baseUrl: `${SERVER}/tfs/Main/Web` }, `${SERVER}/tfs/Main`],
    [SERVER, { baseUrl: `${SERVER}/tfs`, organization: 'Main' }, `${SERVER}/tfs/Main`],
    [`${SERVER}/tfs`, { organization: 'Our Collection' }, `${SERVER}/tfs/Our%20Collection`],
    [`${SERVER}/tfs/Main`, {}, `${SERVER}/tfs/Main`],
    [`${SERVER}/tfs/Main`, { organization: 'Other' }, `${SERVER}/tfs/Other`],
  ])('on %s by %j is at %s', (configured, wish, url) => {
    expect(organizationOf(configured, [], wish).url).toBe(url);
  });

  it('may be on a further host that the operator named, and is named itself there', () => {
    const hosts = ['tfs.example.net'];
    const wish = { baseUrl: 'https://tfs.example.net/tfs/Main' };
    expect(organizationOf(SERVICES, hosts, wish).url).toBe(wish.baseUrl);
    const unnamed = { baseUrl: 'https://tfs.example.net' };
    expect(() => organizationOf(`${SERVER}/tfs/Main`, hosts, unnamed)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it.each([
    ['baseUrl', { baseUrl: 'https://example.org/fabrikam' }],
    ['baseUrl', { baseUrl: 'http://dev.azure.com/fabrikam' }],
    ['baseUrl', { baseUrl: 'https://fabrikam.visualstudio.com.example.org' }],
    ['baseUrl', { baseUrl: 'fabrikam' }],
    ['organization', {}],
    ['organization', { organization: '../other' }],
    ['organization', { organization: '..' }],
    ['organization', { baseUrl: `${SERVICES}/%2e%2e%2fother` }],
  ])('is refused by its %s: %j', (field, wish) => {
    expect(() => organizationOf(SERVICES, [], wish)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        errors: [expect.objectContaining({ field })],
      }),
    );
  });
});
