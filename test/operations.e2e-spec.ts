import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_CODES } from '../src/errors/problem.catalog.js';
import { TestServer } from './support/server.js';

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const read = (path: string): string => readFileSync(join(import.meta.dirname, '..', path), 'utf8');
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

const alerts = read('docker/helm/templates/prometheusrule.yaml');
const runbook = read('docs/operations.md');
const { panels } = JSON.parse(read('docker/grafana/dashboard.json')) as { panels: Panel[] };
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** In an expression or a text: what this server and its process's runtime call their metrics. */
const METRIC = /\b((?:git_recap|nodejs|process)_\w+)/g;

describe('what operators look at', () => {
  let server: TestServer;
  /** Of every metric its type, by its name. */
  let types: Map<string, string>;
  let exposed: Set<string>;

  beforeAll(async () => {
    server = await TestServer.start();
    const { body } = await server.get<string>('/metrics');
    types = new Map(
      [...body.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    exposed = new Set(
      [...types].flatMap(([name, type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      ),
    );
  });

  afterAll(() => server.stop());

  it('is exposed by the server, in every panel of the dashboard', () => {
    for (const expression of expressions) {
      const names = found(expression, METRIC);
      expect({ expression, names }).not.toEqual({ expression, names: [] });
      expect(names.filter((name) => !exposed.has(name))).toEqual([]);
    }
    expect(expressions.length).toBeGreaterThan(20);
  });

  it('is exposed by the server, in every alert', () => {
    const names = found(alerts, METRIC);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !exposed.has(name))).toEqual([]);
  });

  it('leaves out no metric of the server', () => {
    const shown = found(expressions.join('\n'), METRIC).map((name) =>
      types.has(name) ? name : name.replace(/_[a-z]+$/, ''),
    );
    const own = [...types.keys()].filter((name) => name.startsWith('git_recap_'));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((name) => !shown.includes(name))).toEqual([]);
  });
});

describe('the runbook', () => {
  it('has an entry for every alert, and for no other', () => {
    const entries = found(runbook, /^### (GitRecap\w+)$/gm);
    expect(entries.toSorted()).toEqual(found(alerts, /alert: (\w+)/g).toSorted());
  });

  it('has an entry for every problem code, and for no other', () => {
    const entries = found(runbook, /^\| `([a-z_]+)` +\|/gm);
    expect(entries.toSorted()).toEqual(PROBLEM_CODES.toSorted());
  });
});
