import { withoutTrailingSlashes } from '../trailing-slashes.js';

const HOSTS = [
  {
    kind: 'github',
    host: /(?:^|\.)github\./,
    commit: '/commit/',
    pullRequest: '/pull/',
    tag: '/releases/tag/',
  },
  {
    kind: 'gitlab',
    host: /(?:^|\.)gitlab\./,
    commit: '/-/commit/',
    pullRequest: '/-/merge_requests/',
    tag: '/-/tags/',
  },
  {
    kind: 'bitbucket',
    host: /^bitbucket\.org$/,
    commit: '/commits/',
    pullRequest: '/pull-requests/',
    tag: '/src/',
  },
  {
    kind: 'azure-devops',
    host: /^dev\.azure\.com$|\.visualstudio\.com$/,
    commit: '/commit/',
    pullRequest: '/pullrequest/',
    tag: '?version=GT',
  },
] as const;

/** Gitea, Forgejo and most others follow GitHub's paths for commits and tags. */
const OTHER = {
  kind: 'other',
  commit: '/commit/',
  pullRequest: '/pulls/',
  tag: '/releases/tag/',
} as const;

/** As for URLs that people give: a repository's configuration may hold a remote of any length. */
const MAX_LENGTH = 2_048;
const SCP_LIKE = /^(?:[^@/:\s]+@)?((?=[^:]+\.[^:])[a-z\d.-]+):(?!\/\/)\/?(\S+)$/i;
const AZURE_SSH_PATH = /^v3\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** Where a repository can be read in a browser. */
export class GitWebAddress {
  private constructor(
    /** `https://github.com/octocat/hello`, without credentials. */
    readonly url: string,
    readonly host: string,
    /** `octocat/hello`. */
    readonly fullName: string,
  ) {}

  private get style(): (typeof HOSTS)[number] | typeof OTHER {
    const hostname = this.host.replace(/:\d+$/, '');
    return HOSTS.find(({ host }) => host.test(hostname)) ?? OTHER;
  }

  get kind(): 'github' | 'gitlab' | 'bitbucket' | 'azure-devops' | 'other' {
    return this.style.kind;
  }

  commitUrl(sha: string): string {
    return this.url + this.style.commit + sha;
  }

  pullRequestUrl(number: number): string {
    return this.url + this.style.pullRequest + number;
  }

  tagUrl(tag: string): string {
    return this.url + this.style.tag + tag.split('/').map(encodeURIComponent).join('/');
  }

  /** From a remote's address: https, ssh or `git@host:path`. Undefined for what no browser can open. */
  static fromRemote(remote: string): GitWebAddress | undefined {
    if (remote.length > MAX_LENGTH) return undefined;
    const [, scpHost, scpPath] = SCP_LIKE.exec(remote) ?? [];
    if (scpHost !== undefined && scpPath !== undefined) {
      return GitWebAddress.of(scpHost, scpPath);
    }
    if (!URL.canParse(remote)) return undefined;
    const url = new URL(remote);
    if (!/^(?:https?|ssh|git\+ssh|git):$/.test(url.protocol)) return undefined;
    // A port of ssh says nothing of the web server's.
    return GitWebAddress.of(/^https?:$/.test(url.protocol) ? url.host : url.hostname, url.pathname);
  }

  private static of(remoteHost: string, remotePath: string): GitWebAddress | undefined {
    const path = withoutTrailingSlashes(remotePath)
      .replace(/^\/+/, '')
      .replace(/\.git$/, '');
    if (path === '' || remoteHost === '') return undefined;
    const host = remoteHost.toLowerCase();
    const [, organization, project, repository] = AZURE_SSH_PATH.exec(path) ?? [];
    if (host === 'ssh.dev.azure.com' && organization && project && repository) {
      const fullName = `${organization}/${project}/${repository}`;
      const url = `https://dev.azure.com/${organization}/${project}/_git/${repository}`;
      return new GitWebAddress(url, 'dev.azure.com', fullName);
    }
    return new GitWebAddress(`https://${host}/${path}`, host, path.replace('/_git/', '/'));
  }
}
