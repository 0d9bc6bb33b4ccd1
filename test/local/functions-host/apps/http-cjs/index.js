const { app } = require('@azure/functions');

console.log('{"ready":"an app that prints JSON must not confuse the host"}');

app.http('echo', {
  methods: ['GET', 'POST', 'PUT'],
  route: 'echo/{id:int}/{name?}',
  handler: async (request, context) => {
    const body = Buffer.from(await request.arrayBuffer());
    return {
      status: 202,
      headers: { 'X-Custom': 'yes' },
      jsonBody: {
        method: request.method,
        url: request.url,
        headers: Object.fromEntries(request.headers),
        params: request.params,
        query: [...request.query],
        body: body.toString('base64').slice(0, 200),
        bytes: body.length,
        traceParent: context.traceContext.traceParent,
        functionName: context.functionName,
        hasTriggerMetadata: context.triggerMetadata !== undefined && Object.keys(context.triggerMetadata).length > 0,
      },
    };
  },
});

const named = (name) => async (request) => ({ jsonBody: { name, params: request.params } });
app.http('anyThing', { methods: ['GET'], route: 'things/{thing}', handler: named('anyThing') });
app.http('guidThing', { methods: ['GET'], route: 'things/{thing:guid}', handler: named('guidThing') });
app.http('specialThing', { methods: ['GET'], route: 'things/special', handler: named('specialThing') });
app.http('files', { methods: ['GET'], route: 'files/{*rest}', handler: named('files') });
app.http('byName', { handler: named('byName') });

app.http('throws', {
  handler: async () => {
    throw new Error('deliberate');
  },
});
app.http('nothing', { handler: async () => {} });
app.http('cookies', {
  handler: async () => ({
    status: 201,
    body: 'plain',
    cookies: [
      { name: 'a', value: 'x y', httpOnly: true, sameSite: 'Lax' },
      { name: 'b', value: '2', path: '/b', maxAge: 60, secure: true },
    ],
  }),
});
app.http('trailer', {
  methods: ['GET', 'HEAD'],
  route: 'trailer/{status:int}',
  handler: async (request) => ({
    status: Number(request.params.status),
    headers: { trailer: 'x-later', ...(request.query.has('length') && { 'content-length': '4' }) },
    ...(request.query.has('body') && { body: 'body' }),
  }),
});
app.http('unwritable', { handler: async () => ({ body: 'x', headers: { 'x-name': 'grün' } }) });
app.http('slow', {
  handler: async (request, context) => {
    context.log('started to be slow');
    await new Promise((resolve) => setTimeout(resolve, Number(request.query.get('ms'))));
    return { body: 'done' };
  },
});
app.http('setting', { handler: async (request) => ({ body: process.env[request.query.get('name')] ?? 'unset' }) });
app.http('switchedOff', { handler: async () => ({ body: 'on' }) });
