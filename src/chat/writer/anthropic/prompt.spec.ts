import { describe, expect, it } from '@jest/globals';
import {
  commit,
  newestFirst,
  pullRequest,
  release,
  severalRepositories,
} from '../../../../test/support/histories.js';
import { jobOf } from '../../../../test/support/recap.jobs.js';
import { blockOf, foldedBlock } from './block.js';
import { goOn, type Prompt, questionPrompt, recapPrompt } from './prompt.js';

const job = jobOf(
  newestFirst([
    ...severalRepositories(),
    release('v2.4.0', { body: 'Paging, at last.' }),
    commit('feat: a hotUpdate hook', { merged: false, branch: 'feat/hot-update' }),
    pullRequest(9, 'Draft of a theme', { state: 'opened', additions: 40, deletions: 2 }),
  ]),
);
const blocks = job.actions.map((action) => blockOf(action, 400));

/** As the model reads it. */
const shown = ({ system, messages }: Prompt): string => {
  const parts = messages.flatMap(({ role, content }) =>
    typeof content === 'string' ? [`${role}: ${content}`] : [`${role}:`, ...content.map(shownPart)],
  );
  const rules = typeof system === 'string' ? system : JSON.stringify(system);
  return [rules, ...parts].join('\n\n');
};

const shownPart = (part: Exclude<Prompt['messages'][number]['content'], string>[number]): string =>
  part.type === 'document' && part.source.type === 'content' && Array.isArray(part.source.content)
    ? part.source.content.map((one) => ('text' in one ? one.text : one.type)).join('\n')
    : 'text' in part
      ? part.text
      : part.type;

/** Whoever changes what the model is told sees here all of what it is told. */
describe('the prompt', () => {
  it('of a recap is this', () => {
    expect(shown(recapPrompt(job, blocks))).toMatchSnapshot();
  });

  it('of a question is this', () => {
    const turns = [{ question: 'Who wrote it?', answer: '- Ada.' }];
    const asked = { ...job, recap: '- One.', turns, omittedTurns: 0, question: 'What broke?' };
    expect(shown(questionPrompt(asked, blocks.slice(0, 2), turns))).toMatchSnapshot();
  });

  it('of the rest of an answer is this', () => {
    const { messages } = goOn(recapPrompt(job, []), '- One.\n- Tw');
    expect(messages.slice(1)).toMatchSnapshot();
  });

  it('marks what is not merged, alone or folded', () => {
    const open = commit('feat: a hook', { merged: false, branch: 'feat/hook' });
    expect(blockOf(open, 0).text).toContain(' [in progress] on branch feat/hook: feat: a hook');
    expect(foldedBlock([open], 0).text).toContain('[in progress]');
    const draft = pullRequest(9, 'Draft', { state: 'opened' });
    expect(blockOf(draft, 0).text).toContain('opened pull request #9 in octo/api by');
    expect(blockOf(draft, 0).text).toContain('[in progress]: Draft');
    const done = [commit('feat: b', { merged: true }), pullRequest(8, 'Done'), commit('feat: c')];
    expect(done.map((action) => blockOf(action, 0).text).join()).not.toContain('in progress');
  });
});
