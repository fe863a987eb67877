import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from './certificate.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const SERVES_ALL = { 'uploadpack.allowFilter': 'true', 'uploadpack.allowAnySHA1InWant': 'true' };

/**
 * A real https git host for the repositories in a folder: node in front of git's own http-backend.
 * Its certificate is made for the run; `authorityFile` is for NODE_EXTRA_CA_CERTS.
 */
export class GitServer {
  /** Requests seen, such as `GET /project.git/info/refs?service=git-upload-pack`. */
  readonly requests: string[] = [];
  /** Answers before the backend does, if set. */
  intercept?: (request: IncomingMessage) => Handler | undefined;
  /** git's configuration on the host, above that of the repositories. */
  settings: Readonly<Record<string, string>> = SERVES_ALL;
  /** Whether it understands git's protocol of version 2; an older host does not hear that it is asked for. */
  isOlder = false;
  /** What requests of the second protocol asked for: the beginning of each. */
  readonly wishes: string[] = [];
  /** Bytes that were sent in answers, of bodies only. */
  sent = 0;

  private constructor(
    private readonly server: Server,
    readonly authorityFile: string,
  ) {}

  /** `directory`: where the repositories are. `keysDirectory`: where the certificate is written. */
  static async start(
    directory: string,
    keysDirectory: string,
    address = 'localhost',
  ): Promise<GitServer> {
    const { keyFile, authorityFile } = makeCertificate(
      keysDirectory,
      'localhost',
      'pinned.example',
      '127.0.0.1',
      '::1',
    );
    const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(authorityFile) });
    const host = new GitServer(server, authorityFile);
    server.on('request', (request, response) => {
      host.requests.push(`${request.method} ${request.url}`);
      const handler = host.intercept?.(request);
      if (handler) handler(request, response);
      else host.backend(directory, request, response);
    });
    server.listen(0, address);
    await once(server, 'listening');
    return host;
  }

  /** `localhost:<port>` */
  get host(): string {
    return `localhost:${(this.server.address() as AddressInfo).port}`;
  }

  url(path: string): string {
    return `https://${this.host}/${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** https://git-scm.com/docs/git-http-backend, and RFC 3875 for what a CGI program is given. */
  private backend(directory: string, request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'https://localhost');
    const header = (name: string): string => request.headers[name]?.toString() ?? '';
    const settings = Object.entries({ ...this.settings, 'safe.directory': '*' });
    const git = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        HOME: directory,
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_COUNT: String(settings.length),
        ...Object.fromEntries(
          settings.flatMap(([key, value], index) => [
            [`GIT_CONFIG_KEY_${index}`, key],
            [`GIT_CONFIG_VALUE_${index}`, value],
          ]),
        ),
        GIT_PROJECT_ROOT: directory,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_PROTOCOL: this.isOlder ? '' : header('git-protocol'),
        HTTP_CONTENT_ENCODING: header('content-encoding'),
        REQUEST_METHOD: request.method,
        PATH_INFO: url.pathname,
        QUERY_STRING: url.search.slice(1),
        CONTENT_TYPE: header('content-type'),
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    git.stdin.on('error', () => undefined);
    request.once('data', (chunk: Buffer) => this.wishes.push(chunk.toString('latin1', 0, 300)));
    request.pipe(git.stdin);
    let head = '';
    const readHead = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      git.stdout.off('data', readHead);
      for (const line of head.slice(0, end).split('\r\n')) {
        const [name = '', value = ''] = line.split(/: (.*)/);
        if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      const rest = Buffer.from(head.slice(end + 4), 'latin1');
      this.sent += rest.length;
      response.write(rest);
      git.stdout.on('data', (piece: Buffer) => (this.sent += piece.length));
      git.stdout.pipe(response);
    };
    git.stdout.on('data', readHead);
    response.on('close', () => git.kill());
  }
}
