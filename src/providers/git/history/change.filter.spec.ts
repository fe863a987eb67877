import { describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import type { LogEntry } from '../git.log.js';
import { ChangeFilter } from './change.filter.js';
import { CommitGraph } from './commit-graph.js';
import { History } from './history.js';

const COMMITS = 20_000;
const SECOND = 1_767_690_000;
const nobody = { name: '', email: '' };

class CountingGraph extends CommitGraph {
  reads = 0;

  override parentsOf(commit: number): Uint32Array {
    this.reads += 1;
    return super.parentsOf(commit);
  }
}

const shaOf = (number: number): string => hash('sha1', String(number));

const entry = (number: number): LogEntry => ({
  sha: shaOf(number),
  parents: 1,
  merged: true,
  committedAt: SECOND,
  authoredAt: String(SECOND),
  author: { name: 'Importer', email: 'importer@example.com' },
  writtenBy: nobody,
  committer: nobody,
  subject: 'Import',
  body: '',
  coAuthors: [],
});

describe('ChangeFilter', () => {
  const graph = new CountingGraph(20);
  const numbers = Array.from({ length: COMMITS }, (_, number) => number);
  const added = numbers.map((number) =>
    graph.add(shaOf(number), SECOND, number === 0 ? [] : [shaOf(number - 1)]),
  );
  graph.settle(Uint32Array.from(added.reverse()));
  const history = new History(
    { branches: [], tags: [], detached: [], gaps: [] },
    { graph, tags: new Map(), damaged: false },
  );

  it.each([
    ['newest first', numbers.toReversed()],
    [
      'in no order',
      numbers.toSorted((one, other) => ((one * 7_919) % 1_009) - ((other * 7_919) % 1_009)),
    ],
  ])('tells all of an import that gave every commit one second and title, %s', (_, order) => {
    graph.reads = 0;
    const filter = new ChangeFilter(history);
    expect(order.filter((number) => !filter.isNew(entry(number)))).toEqual([]);
    expect(graph.reads).toBeLessThan(600_000);
  });
});
