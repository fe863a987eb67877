import { describe, expect, it } from '@jest/globals';
import { missingScopes } from './oauth.scopes.js';

describe('the scopes that are missing', () => {
  it.each([
    [['user:email'], ['user:email'], []],
    [['user:email', 'read:org'], ['user', 'admin:org'], []],
    [['public_repo'], ['repo'], []],
    [['repo', 'user:email'], ['public_repo', 'user:email'], ['repo']],
    [['read:org'], [], ['read:org']],
    [[], [], []],
  ])('of %j when %j are granted are %j', (asked, granted, missing) => {
    expect(missingScopes(asked, granted)).toEqual(missing);
  });
});
