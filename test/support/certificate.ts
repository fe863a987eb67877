import { execFileSync } from 'node:child_process';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** `authorityFile` is the certificate, and for NODE_EXTRA_CA_CERTS of those who shall trust it. */
interface Certificate {
  readonly keyFile: string;
  readonly authorityFile: string;
}

/** Makes a key and a certificate for some names and addresses in a directory: its own authority, for two days. */
export function makeCertificate(directory: string, ...names: string[]): Certificate {
  const [keyFile, authorityFile] = [join(directory, 'key.pem'), join(directory, 'ca.pem')];
  const alternatives = names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',');
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${alternatives}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', keyFile, '-out', authorityFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, ...subject, ...files], {
    stdio: 'ignore',
  });
  return { keyFile, authorityFile };
}
