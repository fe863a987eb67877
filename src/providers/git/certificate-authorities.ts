import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';

/**
 * Makes git trust whom Node trusts. Node adds NODE_EXTRA_CA_CERTS to its own authorities, while
 * git's http.sslCAInfo replaces the system's: so git gets a file with both.
 */
@Injectable()
export class CertificateAuthorities {
  private written?: Promise<string>;

  constructor(private readonly environment: Environment) {}

  /** The file for http.sslCAInfo; undefined where the system's own authorities are enough. */
  async file(): Promise<string | undefined> {
    const extra = process.env.NODE_EXTRA_CA_CERTS;
    const directory = this.environment.GIT_CACHE_DIR;
    if (!extra || directory === undefined) return undefined;
    this.written ??= this.write(extra, directory).catch((error: unknown) => {
      this.written = undefined;
      throw error;
    });
    return this.written;
  }

  private async write(extra: string, directory: string): Promise<string> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, 'authorities.pem');
    const unfinished = `${file}.${process.pid}`;
    await writeFile(unfinished, [...rootCertificates, await readFile(extra, 'utf8')].join('\n'));
    await rename(unfinished, file);
    return file;
  }
}
