import { describe, expect, it } from '@jest/globals';
import { commit } from '../../../test/support/histories.js';
import { peopleOf } from './tally.js';

describe('peopleOf', () => {
  const by = (name: string, email: string, login?: string): Parameters<typeof peopleOf>[0][0] =>
    commit('Work', { author: { name, email, login, bot: false } });

  it('knows one person by login, by address and by name, however its accents are written', () => {
    const actions = [
      by('Jos\u00e9 Nu\u00f1ez', 'jose@work.example', 'jose'),
      by('Jose\u0301 Nun\u0303ez', 'jose@home.example'),
      by('jn', 'JOSE@home.example'),
      by('Jose', 'jose@phone.example', 'Jose'),
      by('Ada', 'ada@example.com'),
    ];
    expect(peopleOf(actions)).toEqual(['Jos\u00e9 Nu\u00f1ez', 'Ada']);
  });
});
