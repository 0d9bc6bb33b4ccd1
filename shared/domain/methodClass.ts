/**
 * How well a user's methods for multifactor authentication protect, from the strongest method of the user:
 * - `none`: no method that counts
 * - `phoneOnly`: only calls and text messages, which can be intercepted
 * - `app`: an authenticator app, one-time codes or an external provider
 * - `certificate`: certificates
 * - `passkeyReady`: passkeys, security keys or Windows Hello, which resist phishing
 */
export const methodClasses = ['none', 'phoneOnly', 'app', 'certificate', 'passkeyReady'] as const;
export type MethodClass = (typeof methodClasses)[number];
