import { app } from '@azure/functions';

globalThis.loaded = ['first'];
await Promise.resolve();

app.http('settings', {
  methods: ['GET'],
  handler: async () => ({ jsonBody: { file: process.env.FROM_FILE, both: process.env.FROM_BOTH } }),
});
