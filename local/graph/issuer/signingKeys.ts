import { createPublicKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** The issuer's RSA keys. The first is made when it is needed, because that takes a while. */
export class SigningKeys {
  #keys: Promise<SigningKey>[] = [];

  /** The key that signs now. */
  current(): Promise<SigningKey> {
    if (this.#keys.length === 0) this.#keys.push(createKey());
    return this.#keys.at(-1) as Promise<SigningKey>;
  }

  /**
   * Signs with a new key from now on. The old ones stay in the published set, as in Entra, so tokens stay valid.
   * @param retire takes the old keys out of the published set
   */
  async rotate(retire: boolean): Promise<SigningKey> {
    await this.current();
    if (retire) this.#keys = [];
    this.#keys.push(createKey());
    return this.current();
  }

  /** The published set, without the private parts. */
  async published(): Promise<{ keys: JWK[] }> {
    await this.current();
    const keys = await Promise.all(this.#keys);
    return {
      keys: keys.map(({ kid, publicKey }) => ({ ...(publicKey.export({ format: 'jwk' }) as JWK), kid, use: 'sig' })),
    };
  }
}

async function createKey(): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  return { kid: randomUUID(), privateKey, publicKey: createPublicKey(privateKey) };
}
