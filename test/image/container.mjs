import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { within } from '../built/built.server.mjs';

/** Podman with its storage, and the image: the words that docker/check-image.sh gave. */
const [image, ...podman] = process.argv.slice(2);
const READY_WITHIN_MS = 30_000;

function run(...words) {
  return execFileSync(podman[0], [...podman.slice(1), ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
}

/** The image, run as docker/helm does: nothing but /tmp and the clones' folder can be written to. */
export class Container {
  #id;

  constructor(port, variables, ...more) {
    this.url = `http://127.0.0.1:${port}`;
    const environment = Object.entries({ HOST: '127.0.0.1', PORT: port, ...variables });
    this.#id = run(
      ...['run', '--detach', '--read-only', '--read-only-tmpfs=false', '--network=host'],
      ...['--cap-drop=ALL', '--security-opt=no-new-privileges', '--tmpfs=/tmp'],
      '--volume=/var/cache/git-recap',
      // The defaults are more than a machine of CI may give.
      ...['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'],
      ...environment.map(([name, value]) => `--env=${name}=${value}`),
      ...more,
      image,
    );
  }

  async untilReady() {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      const response = await fetch(`${this.url}/health/ready`).catch(() => undefined);
      if (response?.ok) return;
      await sleep(100);
    }
    throw new Error(`It was not ready within ${READY_WITHIN_MS} ms:\n${this.logs()}`);
  }

  /** Process 1 as the kernel sees it. */
  expectConfined() {
    const pid = this.#pid();
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    assert.match(status, /^Uid:\t10001\t10001\t10001\t10001$/m);
    assert.match(status, /^Gid:\t10001\t10001\t10001\t10001$/m);
    assert.match(status, /^CapEff:\t0+$/m);
    assert.match(status, /^CapBnd:\t0+$/m);
    assert.match(status, /^NoNewPrivs:\t1$/m);
    const mounts = readFileSync(`/proc/${pid}/mounts`, 'utf8').split('\n');
    const root = mounts.map((line) => line.split(' ')).findLast(([, path]) => path === '/');
    assert.ok(root[3].split(',').includes('ro'), `root is ${root[3]}`);
  }

  /** Neither packages for developers alone, nor anything of how the build reached the registry. */
  expectLean() {
    const root = `/proc/${this.#pid()}/root`;
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
    const idle = Object.keys(packages).filter(
      (path) => packages[path].dev ?? packages[path].devOptional,
    );
    assert.ok(idle.includes('node_modules/jest') && idle.includes('node_modules/typescript'));
    assert.deepEqual(
      idle.filter((path) => existsSync(`${root}/app/${path}`)),
      [],
    );
    for (const path of [
      '/app/src',
      '/app/.env',
      '/root/.npmrc',
      '/run/secrets',
      '/var/cache/npm',
    ]) {
      assert.ok(!existsSync(root + path), `${path} is in the image`);
    }
    assert.ok(existsSync(`${root}/app/node_modules/fastify`));
  }

  #pid() {
    return run('inspect', '--format={{.State.Pid}}', this.#id);
  }

  terminate() {
    run('kill', '--signal=TERM', this.#id);
  }

  /** Resolves to the exit code. */
  async ended(milliseconds) {
    const exited = async () => {
      while (run('inspect', '--format={{.State.Status}}', this.#id) === 'running') await sleep(200);
      return Number(run('inspect', '--format={{.State.ExitCode}}', this.#id));
    };
    return within(milliseconds, 'stop after SIGTERM', exited());
  }

  logs() {
    return run('logs', this.#id);
  }

  remove() {
    run('rm', '--force', '--volumes', '--time=0', this.#id);
  }
}
