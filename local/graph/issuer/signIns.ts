import { createHash } from 'node:crypto';

/** The target of a sign-in. */
export interface SignInRequest {
  readonly clientId: string;
  readonly scope: string;
  /** PKCE, with S256; undefined for a device. */
  readonly challenge?: string;
}

/** A user who has signed in. */
export interface SignedIn extends SignInRequest {
  readonly upn: string;
}

interface Device {
  readonly userCode: string;
  readonly request: SignInRequest;
  /** In milliseconds. */
  readonly expiresAt: number;
  decision: { readonly upn: string } | 'declined' | undefined;
}

export const DEVICE_CODE_SECONDS = 900;

/** The current sign-ins with their codes and refresh tokens. Every user may sign in, without a password. */
export class SignIns {
  readonly #devices = new Map<string, Device>();
  readonly #granted = new Map<string, SignedIn>();
  readonly #now: () => number;
  readonly #newId: () => string;

  constructor(now: () => number, newId: () => string) {
    this.#now = now;
    this.#newId = newId;
  }

  startDevice(request: SignInRequest): { readonly deviceCode: string; readonly userCode: string } {
    const deviceCode = this.#newId();
    const userCode = this.#newId().replaceAll('-', '').slice(0, 9).toUpperCase();
    const expiresAt = this.#now() + DEVICE_CODE_SECONDS * 1000;
    this.#devices.set(deviceCode, { userCode, request, expiresAt, decision: undefined });
    return { deviceCode, userCode };
  }

  /** A user types the code that a device shows. @returns false when no device shows it */
  decideDevice(userCode: string, decision: { readonly upn: string } | 'declined'): boolean {
    const device = [...this.#devices.values()].find((one) => one.userCode === userCode.toUpperCase());
    if (device === undefined) return false;
    device.decision = decision;
    return true;
  }

  /** The result for the device: the user, or the reason of the failure. */
  askForDevice(deviceCode: string): SignedIn | 'authorization_pending' | 'authorization_declined' | 'expired_token' {
    const device = this.#devices.get(deviceCode);
    if (device === undefined || device.expiresAt < this.#now()) return 'expired_token';
    if (device.decision === undefined) return 'authorization_pending';
    this.#devices.delete(deviceCode);
    return device.decision === 'declined' ? 'authorization_declined' : { ...device.request, upn: device.decision.upn };
  }

  /** A code or refresh token for a user who has signed in. */
  grant(signedIn: SignedIn): string {
    const code = this.#newId();
    this.#granted.set(code, signedIn);
    return code;
  }

  /** Takes an authorization code, which is good once, from who can prove to have asked for it. */
  takeCode(code: string, verifier: string): SignedIn | undefined {
    const signedIn = this.#granted.get(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    if (signedIn === undefined || signedIn.challenge !== challenge) return undefined;
    this.#granted.delete(code);
    return signedIn;
  }

  refresh(token: string): SignedIn | undefined {
    return this.#granted.get(token);
  }

  /** Revokes all refresh tokens, like a change of the password. */
  revokeAll(): void {
    this.#granted.clear();
  }
}
