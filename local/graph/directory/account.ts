import { type MethodSet, methodSet } from './authenticationMethods.ts';

/** A user as the generator makes one; names and language are positions in the lists of `names.ts`. */
export interface Account {
  readonly principalName: string;
  readonly givenName: number;
  readonly familyName: number;
  readonly language: number;
  /** Flags of `directory.ts`. */
  readonly flags: number;
  /** A code of `mfaState.ts`. */
  readonly state: number;
  readonly methods: MethodSet;
}

/** The methods that every user has. */
export const PASSWORD = methodSet(['password']);
