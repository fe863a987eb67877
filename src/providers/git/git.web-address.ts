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

/** Bitbucket Data Center, on whatever host a company has it: its paths tell. */
const BITBUCKET_SERVER = {
  kind: 'bitbucket-server',
  commit: '/commits/',
  pullRequest: '/pull-requests/',
  tag: '/browse?at=refs/tags/',
} as const;
const BITBUCKET_SERVER_HOST = /(?:^|\.)(?:bitbucket|stash)\.(?!org$)/;

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
/** Hosts whose ssh listens under another name: https://docs.github.com/en/authentication/troubleshooting-ssh/using-ssh-over-the-https-port */
const SSH_HOSTS = new Map([
  ['ssh.github.com', 'github.com'],
  ['altssh.gitlab.com', 'gitlab.com'],
  ['altssh.bitbucket.org', 'bitbucket.org'],
  ['ssh.dev.azure.com', 'dev.azure.com'],
  ['vs-ssh.visualstudio.com', 'dev.azure.com'],
]);
/** `github.com-work`: a name in ~/.ssh/config for the same host with another key. No top-level domain has a dash there. */
const HOST_ALIAS = /^(.+\.(?!xn--)[a-z]+)-[^.]*$/;
/** Hosts that answer to https whatever a remote says. */
const SECURE_HOSTS = /^(?:github\.com|gitlab\.com|bitbucket\.org|dev\.azure\.com)$/;
/** https://confluence.atlassian.com/bitbucketserver: `scm/PROJECT/name` is read at `projects/PROJECT/repos/name`. */
const BITBUCKET_CLONE_PATH = /^(?:scm\/)?([^/]+)\/([^/]+)$/;
const BITBUCKET_WEB_PATH = /^(?:projects|users)\/([^/]+)\/repos\/([^/]+)$/;
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

  private get style(): (typeof HOSTS)[number] | typeof BITBUCKET_SERVER | typeof OTHER {
    if (BITBUCKET_WEB_PATH.test(new URL(this.url).pathname.slice(1))) return BITBUCKET_SERVER;
    const hostname = this.host.replace(/:\d+$/, '');
    return HOSTS.find(({ host }) => host.test(hostname)) ?? OTHER;
  }

  get kind(): 'github' | 'gitlab' | 'bitbucket' | 'bitbucket-server' | 'azure-devops' | 'other' {
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

  /** From a remote's address: http, https, ssh or `git@host:path`. Undefined for what no browser can open. */
  static fromRemote(remote: string): GitWebAddress | undefined {
    if (remote.length > MAX_LENGTH) return undefined;
    const [, scpHost, scpPath] = SCP_LIKE.exec(remote) ?? [];
    if (scpHost !== undefined && scpPath !== undefined) return overSsh(scpHost, scpPath);
    if (!URL.canParse(remote)) return undefined;
    const { protocol, host, hostname, pathname } = new URL(remote);
    // A port of ssh says nothing of the web server's.
    if (/^(?:ssh|git\+ssh|git):$/.test(protocol)) return overSsh(hostname, pathname);
    if (!/^https?:$/.test(protocol)) return undefined;
    const isSecure = protocol === 'https:' || SECURE_HOSTS.test(hostname);
    return GitWebAddress.of(isSecure ? 'https' : 'http', host, pathname);
  }

  static of(
    scheme: 'http' | 'https',
    remoteHost: string,
    remotePath: string,
  ): GitWebAddress | undefined {
    const path = withoutTrailingSlashes(remotePath)
      .replace(/^\/+/, '')
      .replace(/\.git$/, '');
    if (path === '' || remoteHost === '') return undefined;
    const host = remoteHost.toLowerCase();
    const at = (webPath: string, fullName: string): GitWebAddress =>
      new GitWebAddress(`${scheme}://${host}/${webPath}`, host, fullName);
    const [, organization, project, repository] = AZURE_SSH_PATH.exec(path) ?? [];
    if (host === 'dev.azure.com' && organization && project && repository) {
      const fullName = `${organization}/${project}/${repository}`;
      return at(`${organization}/${project}/_git/${repository}`, fullName);
    }
    const [, shownKey, shownName] = BITBUCKET_WEB_PATH.exec(path) ?? [];
    if (shownKey && shownName) return at(path, `${shownKey.toLowerCase()}/${shownName}`);
    const [, key, name] = BITBUCKET_CLONE_PATH.exec(path) ?? [];
    const isBitbucketServer = path.startsWith('scm/') || BITBUCKET_SERVER_HOST.test(host);
    if (isBitbucketServer && key && name) {
      const owner = key.startsWith('~') ? `users/${key.slice(1)}` : `projects/${key.toUpperCase()}`;
      return at(`${owner}/repos/${name}`, `${key.toLowerCase()}/${name}`);
    }
    return at(path, path.replace('/_git/', '/'));
  }
}

function overSsh(host: string, path: string): GitWebAddress | undefined {
  const name = host.toLowerCase();
  const known = HOST_ALIAS.exec(name)?.[1] ?? name;
  return GitWebAddress.of('https', SSH_HOSTS.get(known) ?? known, path);
}
