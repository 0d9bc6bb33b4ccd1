import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate for servers on this machine, valid for a day. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** The file with the certificate, for NODE_EXTRA_CA_CERTS. */
  readonly file: string;
  remove(): void;
}

/**
 * Makes a certificate for IP addresses of this machine: clients send tokens only to https.
 * @throws Error when OpenSSL is not installed
 */
export function makeCertificate(addresses: readonly string[]): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'outages-'));
  const [key, file] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = addresses.map((address) => `IP:${address}`).join(',');
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names}`];
  const kind = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1'];
  try {
    execFileSync('openssl', [...kind, '-keyout', key, '-out', file, ...subject], { stdio: 'ignore' });
  } catch (cause) {
    rmSync(folder, { recursive: true });
    throw new Error('Outages of the sign-in need a certificate, and openssl did not make one. Install OpenSSL.', {
      cause,
    });
  }
  return {
    key: readFileSync(key, 'utf8'),
    cert: readFileSync(file, 'utf8'),
    file,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
