import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** The connection string of the Azurite that all tests share. */
    tablesConnection: string;
    /** Its port for tables. */
    tablesPort: number;
  }
}

/** The connection string of the Azurite that all tests share. */
export const tablesConnection = (): string => inject('tablesConnection');

/** The port of the shared Azurite for tables. */
export const tablesPort = (): number => inject('tablesPort');
