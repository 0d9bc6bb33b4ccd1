const { app } = require('@azure/functions');

const NEVER = '0 0 0 1 1 *';
const records = {};
const record = (name, value) => {
  records[name] ??= [];
  records[name].push(value);
};

let running = 0;
app.timer('everySecond', {
  schedule: '%EVERY_SECOND%',
  handler: async () => {
    running++;
    record('everySecond', running);
    await new Promise((resolve) => setTimeout(resolve, 300));
    running--;
  },
});
app.timer('interval', {
  schedule: '00:00:01',
  handler: () => {
    record('interval', Date.now());
    throw new Error('this run fails');
  },
});
app.timer('onStartup', {
  schedule: NEVER,
  runOnStartup: true,
  handler: (timer, context) => record('onStartup', { timer, retry: context.retryContext ?? null }),
});
app.timer('unmonitored', { schedule: NEVER, useMonitor: false, handler: (timer) => record('unmonitored', timer) });
app.timer('retried', {
  schedule: NEVER,
  retry: { strategy: 'fixedDelay', maxRetryCount: 2, delayInterval: { milliseconds: 0 } },
  handler: (_, context) => {
    record('retried', context.retryContext?.retryCount ?? 0);
    throw new Error(`attempt ${records.retried.length}`);
  },
});
app.timer('switchedOff', { schedule: '* * * * * *', handler: () => record('switchedOff', 1) });

app.http('records', { methods: ['GET'], handler: () => ({ jsonBody: records }) });
