/**
 * A refusal as Service Bus words it. `condition` is the AMQP error condition, by which the SDKs choose their error
 * code; `status` is what the management node of an entity answers.
 */
export class ServiceBusFault extends Error {
  readonly condition: string;
  readonly status: number;

  constructor(condition: string, status: number, description: string) {
    super(description);
    this.name = 'ServiceBusFault';
    this.condition = condition;
    this.status = status;
  }
}

export function entityNotFound(address: string): ServiceBusFault {
  // The SDK recognises a missing entity by this wording, not by the condition alone.
  return new ServiceBusFault('amqp:not-found', 404, `The messaging entity '${address}' could not be found.`);
}

export function messageLockLost(): ServiceBusFault {
  return new ServiceBusFault(
    'com.microsoft:message-lock-lost',
    410,
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
}

export function sessionLockLost(sessionId: string): ServiceBusFault {
  return new ServiceBusFault(
    'com.microsoft:session-lock-lost',
    410,
    `The session lock has expired on the session '${sessionId}'. Accept a new session.`,
  );
}

export function sessionCannotBeLocked(sessionId: string): ServiceBusFault {
  return new ServiceBusFault(
    'com.microsoft:session-cannot-be-locked',
    410,
    `The requested session '${sessionId}' cannot be accepted. It may be locked by another receiver.`,
  );
}

export function messageNotFound(sequenceNumber: number): ServiceBusFault {
  return new ServiceBusFault(
    'com.microsoft:message-not-found',
    404,
    `The message with the sequence number ${sequenceNumber} does not exist, or is not in the state that this needs.`,
  );
}

export function acceptTimeout(): ServiceBusFault {
  return new ServiceBusFault(
    'com.microsoft:timeout',
    408,
    'No session with messages became available within the allotted timeout.',
  );
}

export function messageTooLarge(size: number, limit: number): ServiceBusFault {
  return new ServiceBusFault(
    'amqp:link:message-size-exceeded',
    403,
    `The received message (${size} bytes) exceeds the limit (${limit} bytes) currently allowed on the link.`,
  );
}

/** The operation does not fit the entity, for example a session receiver on a queue without sessions. */
export function notAllowed(description: string): ServiceBusFault {
  return new ServiceBusFault('amqp:not-allowed', 400, description);
}

export function invalidArgument(description: string): ServiceBusFault {
  return new ServiceBusFault('com.microsoft:argument-error', 400, description);
}

export function notImplemented(description: string): ServiceBusFault {
  return new ServiceBusFault('amqp:not-implemented', 501, description);
}

/** The answer of an overloaded namespace. Clients wait this long before they retry. */
export function serverBusy(): ServiceBusFault {
  return new ServiceBusFault(
    'com.microsoft:server-busy',
    503,
    'The request was terminated because the namespace is being throttled. Error code: 50009. Please wait 10 seconds and try again.',
  );
}

export function linkIdle(minutes: number): ServiceBusFault {
  return new ServiceBusFault(
    'amqp:link:detach-forced',
    410,
    `The link is force detached, because it was idle for ${minutes} minutes. Open it again.`,
  );
}
