const { app, output } = require('@azure/functions');

const connection = 'Bus';
const received = [];
const running = {};
const highest = {};

let meet;
const met = new Promise((resolve) => {
  let waiting = 0;
  meet = () => ++waiting === 2 && resolve();
});

let release;
const released = new Promise((resolve) => {
  release = resolve;
});

/**
 * Does what the message says: `wait` so many milliseconds, until two have come that `meet`, or `hold` until all are
 * released; then `fail`.
 */
async function work(queue, message, context) {
  const { sessionId } = context.triggerMetadata;
  const key = sessionId === undefined ? queue : `${queue}/${sessionId}`;
  for (const name of new Set([queue, key])) {
    running[name] = (running[name] ?? 0) + 1;
    highest[name] = Math.max(highest[name] ?? 0, running[name]);
  }
  received.push({ queue, message, metadata: context.triggerMetadata });
  try {
    await new Promise((resolve) => setTimeout(resolve, message?.wait ?? 0));
    if (message?.meet) {
      meet();
      await met;
    }
    if (message?.hold) await released;
    if (message?.fail) throw new Error(`told to fail by ${message.id}`);
  } finally {
    for (const name of new Set([queue, key])) running[name]--;
  }
}

const queues = { plain: false, lanes: true, 'plain/$DeadLetterQueue': false };
for (const [queueName, isSessionsEnabled] of Object.entries(queues)) {
  app.serviceBusQueue(queueName.replace(/\W/g, ''), {
    queueName: queueName === 'plain' ? '%PLAIN_QUEUE%' : queueName,
    connection,
    isSessionsEnabled,
    handler: (message, context) => work(queueName, message, context),
  });
}

const toPlain = output.serviceBusQueue({ queueName: 'plain', connection });
const toNowhere = output.serviceBusQueue({ queueName: 'nowhere', connection });
app.http('send', {
  methods: ['POST'],
  extraOutputs: [toPlain, toNowhere],
  handler: async (request, context) => {
    const target = request.query.get('to') === 'nowhere' ? toNowhere : toPlain;
    context.extraOutputs.set(target, await request.json());
    return { status: 202 };
  },
});
app.http('release', {
  methods: ['POST'],
  handler: () => {
    release();
    return { status: 202 };
  },
});
app.http('state', { methods: ['GET'], handler: () => ({ jsonBody: { received, running, highest } }) });
