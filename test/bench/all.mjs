// Runs every bench, one after the other, and shows all they found in one table: npm run bench
// With --write it goes into docs/performance.md too: npm run bench -- --write
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';

const PAGE = 'docs/performance.md';

async function run(script, results) {
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: 'inherit',
    env: { ...process.env, BENCH_RESULTS: results },
  });
  const [code] = await once(child, 'exit');
  return code === 0;
}

const keeps = ({ value, aim }) => {
  const [, sign, bound] = /^([≤≥]) ([\d.]+)$/.exec(aim);
  return sign === '≤' ? value <= Number(bound) : value >= Number(bound);
};

const cells = (row) => {
  const { bench, what, value, unit, aim = '', against = '' } = row;
  return { bench, what, value, unit, aim, met: aim && (keeps(row) ? 'yes' : 'no'), against };
};

/** In general terms: a number is of use beside others of the same kind of machine only. */
function machine() {
  const gibibytes = Math.round(totalmem() / 1024 ** 3);
  return `${availableParallelism()} cores, ${gibibytes} GiB of memory, ${process.platform}, Node ${process.version}`;
}

async function writePage(rows) {
  const table = [
    Object.keys(rows[0]),
    Object.keys(rows[0]).map(() => '-'),
    ...rows.map(Object.values),
  ]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
  const text = `# Performance

Written by \`npm run bench -- --write\`; do not edit. Measured on ${machine()}. A ratio is to what ran
beside it in the same run; other numbers hold for such a machine only.

${table}
`;
  await writeFile(PAGE, await format(text, { parser: 'markdown', printWidth: 100 }));
}

const { scripts } = JSON.parse(await readFile('package.json', 'utf8'));
const directory = await mkdtemp(join(tmpdir(), 'git-recap-bench-'));
const results = join(directory, 'results.jsonl');
try {
  const failed = [];
  await writeFile(results, '');
  for (const script of Object.keys(scripts).filter((name) => name.startsWith('bench:'))) {
    if (!(await run(script, results))) failed.push(script);
  }
  const lines = (await readFile(results, 'utf8')).split('\n').filter(Boolean);
  const rows = lines.map((line) => cells(JSON.parse(line)));
  console.table(rows);
  if (failed.length > 0) throw new Error(`These failed: ${failed.join(', ')}`);
  if (process.argv.includes('--write')) await writePage(rows);
} finally {
  await rm(directory, { recursive: true, force: true });
}
