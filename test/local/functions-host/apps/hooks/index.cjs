const { app } = require('@azure/functions');

const events = [];
app.hook.appStart((context) => {
  context.hookData.started = 'yes';
  events.push('appStart');
});
app.hook.appTerminate(async (context) => {
  await Promise.resolve();
  console.log(`terminated ${context.hookData.started}`);
});
app.hook.preInvocation((context) => {
  context.hookData.from = 'pre';
  events.push(`pre ${context.invocationContext.functionName}`);
  if (context.invocationContext.functionName === 'replaced') {
    const original = context.functionHandler;
    context.functionHandler = async (...args) => ({ body: `${(await original(...args)).body}, replaced` });
  }
});
app.hook.postInvocation((context) => {
  events.push(`post ${context.invocationContext.functionName} ${context.hookData.from}`);
  if (context.error?.message === 'forgiven') {
    context.error = null;
    context.result = { status: 418 };
  }
});
app.hook.log((context) => {
  if (context.category === 'user') context.message = `hooked ${context.message}`;
});

app.http('replaced', { handler: async () => ({ body: 'original' }) });
app.http('forgiven', {
  handler: async () => {
    throw new Error('forgiven');
  },
});
app.http('logs', {
  handler: async (_, context) => {
    context.log('shown', { a: 1 });
    context.debug('hidden');
    context.warn('two\nlines');
    return { body: context.invocationId };
  },
});
app.http('events', { handler: async () => ({ jsonBody: events }) });
