import { app } from '@azure/functions';

globalThis.loaded.push('second');

app.http('loaded', { methods: ['GET'], handler: async () => ({ jsonBody: globalThis.loaded }) });
