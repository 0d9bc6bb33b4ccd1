/** Who and what the examples of the contract are about: the users and the group of the simulated directory. */
export const ids = {
  operation: '5f0c7a52-3d1e-4b89-9a46-2c8e1d0b7f63',
  retry: '9b1f6a37-52c4-4d0a-8c6e-7a1d3f5b2e90',
  undo: '3e7c0d58-94a1-4f6b-b2c3-5d8e1f7a6b04',
  group: '071cc716-8147-4397-a5ba-b2105951cc0b',
  alice: '2b9a6c1e-7d34-4f08-9c52-6e1f3a7b8d40',
  bob: '8e4f0d72-1c5b-4a96-b3d7-90a2c6e5f118',
  admin: 'c7a94d1e-0b36-4f52-8d79-e1f2a3b4c5d6',
  approver: 'd4f81b6c-95e2-4a07-b3c8-2e7f6a5d4c30',
  application: '0a6f3f38-5c0e-4f83-a2a5-4f5f2f4bb001',
  graphRequest: 'b2f4c8d6-1e3a-4b5c-9d7e-8f9a0b1c2d3e',
} as const;

export const names = {
  alice: 'alice@contoso.com',
  bob: 'bob@contoso.com',
  admin: 'Ada Admin',
  approver: 'Grace Second',
} as const;

export const reason = 'Onboarding 4711';

/** The address that links of the examples start with. */
export const address = 'https://contoso-mfa.azurewebsites.net/api';
