import { describe, expect, it } from '@jest/globals';
import { commit } from '../../../test/support/histories.js';
import { jobOf } from '../../../test/support/recap.jobs.js';
import type { Action } from '../../providers/action.js';
import { everSmaller } from './job.bounds.js';
import type { ChatWork, RecapWork } from './reply.jobs.js';

const coverage = {
  connections: [],
  repositories: [],
  authors: [],
  bots: 0,
  truncated: false,
  from: '',
  to: '',
};
const recapOf = (actions: readonly Action[]): RecapWork => ({
  kind: 'recap',
  coverage,
  job: jobOf(actions),
});
const forms = (work: RecapWork, textBytes: number): RecapWork[] =>
  [...everSmaller(work, textBytes)].filter((form) => form.kind === 'recap');
const longestBody = ({ job }: RecapWork): number =>
  Math.max(0, ...job.actions.map(({ body = '' }) => body.length));

describe('the forms of a job, ever smaller', () => {
  const actions = Array.from({ length: 8 }, () => commit('x', { body: 'b'.repeat(3_999) }));

  it('begin with the whole of it where a prompt has room for its text', () => {
    const [first] = forms(recapOf(actions), 8 * 4_000);
    expect(first).toEqual(recapOf(actions));
  });

  it.each([
    [8 * 4_000 - 1, 2_000],
    [8 * 2_001, 2_000],
    [8 * 2_001 - 1, 400],
    [1, 400],
  ])('cut bodies first: with %i bytes of text to %i characters', (bytes, length) => {
    const [first] = forms(recapOf(actions), bytes);
    expect(first && longestBody(first)).toBe(length);
    expect(first?.job.actions).toHaveLength(8);
    expect(first?.coverage.truncated).toBe(false);
  });

  it('count a text’s bytes, not its characters', () => {
    const cjk = [commit('x', { body: '変'.repeat(1_000) })];
    expect(longestBody(forms(recapOf(cjk), 3_001)[0]!)).toBe(1_000);
    expect(longestBody(forms(recapOf(cjk), 3_000)[0]!)).toBe(400);
  });

  it('never cut a character in half', () => {
    const [first] = forms(recapOf([commit('x', { body: `a${'🚀'.repeat(500)}` })]), 1);
    expect(first?.job.actions[0]?.body).toBe(`a${'🚀'.repeat(199)}`);
  });

  it('leave bodies out before any action, then the oldest actions, and say so', () => {
    const [, second, ...others] = forms(recapOf(actions), 1);
    expect(second && longestBody(second)).toBe(0);
    expect(second?.job.actions).toHaveLength(8);
    expect(second?.job.truncated).toBe(false);
    expect(others.map(({ job }) => job.actions.map(({ id }) => id))).toEqual(
      [4, 2, 1, 0].map((count) => actions.slice(0, count).map(({ id }) => id)),
    );
    for (const form of others) {
      expect(form.job.truncated).toBe(true);
      expect(form.coverage.truncated).toBe(true);
    }
  });

  it('of a conversation leave out its earliest turns, and count them', () => {
    const turns = ['a', 'b', 'c'].map((question) => ({ question, answer: 'yes' }));
    const work: ChatWork = {
      kind: 'chat',
      job: { recap: '- one', turns, omittedTurns: 7, question: 'why?' },
    };
    const kept = [...everSmaller(work, 1)].map((form) =>
      form.kind === 'chat'
        ? [form.job.turns.map(({ question }) => question).join(''), form.job.omittedTurns]
        : [],
    );
    expect(kept).toEqual([
      ['abc', 7],
      ['c', 9],
      ['', 10],
    ]);
  });
});
