import { feedFastImport, HISTORY_END, HISTORY_STEP } from './git-history.mjs';

/** Of five commits each: one on main, three on a topic, and the merge that brings them. */
const UNIT = 5;
/** How many merges old main was when a topic was begun. */
const BEGUN_BEFORE = 12;
const VERSIONS = 400;

/**
 * A history as large projects have it: topics that are merged, branches that are not, a few of them of
 * the last days, versions, and a .mailmap; some 12,000 files, as projects of that many commits have them.
 */
export async function importBusyHistory(repository, commits, branches) {
  const units = Math.floor((commits - 2 * branches) / UNIT);
  await feedFastImport(repository, busyHistory(units, branches));
}

function* busyHistory(units, branches) {
  const total = units * UNIT + 2 * branches;
  let made = 0;
  const commit = (ref, parents, files) => {
    made += 1;
    return { mark: made, text: commitText(ref, made, total, parents, files) };
  };
  const mainTips = [];
  for (let unit = 0; unit < units; unit += 1) {
    const direct = commit('main', mainTips.slice(-1), 1);
    yield direct.text;
    let topic = mainTips.at(-BEGUN_BEFORE) ?? direct.mark;
    for (let step = 0; step < 3; step += 1) {
      const next = commit('topic', [topic], 1);
      topic = next.mark;
      yield next.text;
    }
    const merge = commit('main', [direct.mark, topic], 3);
    yield merge.text;
    mainTips.push(merge.mark);
    if (unit % Math.ceil(units / VERSIONS) === 0) {
      yield `reset refs/tags/v${unit}.0\nfrom :${merge.mark}\n\n`;
    }
    // Most branches that nobody merged are old.
    const due = Math.floor(branches * Math.sqrt((unit + 1) / units));
    for (let branch = Math.floor(branches * Math.sqrt(unit / units)); branch < due; branch += 1) {
      const first = commit(`branch-${branch}`, [merge.mark], 1);
      yield first.text;
      yield commit(`branch-${branch}`, [first.mark], 1).text;
    }
  }
  yield 'reset refs/heads/topic\nfrom 0000000000000000000000000000000000000000\n\n';
}

function commitText(ref, index, total, parents, files) {
  const author = `Person ${index % 40} <person${index % 40}@example.com>`;
  const when = HISTORY_END - (total - index) * HISTORY_STEP;
  const message = `Change number ${index}\n\nWhat it is about, and why it was made.\nFixes: #${index}\n`;
  const [from, ...merged] = parents;
  const lines = [
    `commit refs/heads/${ref}`,
    `mark :${index}`,
    `committer ${author} ${when} +0000`,
    `data ${message.length}`,
    message,
    ...(from === undefined ? [] : [`from :${from}`]),
    ...merged.map((mark) => `merge :${mark}`),
  ];
  for (let file = 0; file < files; file += 1) {
    const content = `The content of change ${index}, file ${file}.\n`;
    const number = index - file;
    lines.push(`M 100644 inline folder${number % 30}/file${number % 401}.txt`);
    lines.push(`data ${content.length}`, content);
  }
  if (index === 1) {
    const mailmap = 'The First Person <person1@example.com>\n';
    lines.push('M 100644 inline .mailmap', `data ${mailmap.length}`, mailmap);
  }
  return `${lines.join('\n')}\n\n`;
}
