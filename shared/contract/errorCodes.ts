/** Every error that a route of the API can answer with, and its status. */
export const errorCodes = {
  InvalidRequest: 400,
  InvalidJson: 400,
  InvalidEncoding: 400,
  InvalidCsv: 400,
  UnsupportedContentType: 400,
  Unauthorized: 401,
  MissingRole: 403,
  ClientNotAllowed: 403,
  OperationNotFound: 404,
  UserNotFound: 404,
  OperationIdConflict: 409,
  OperationBrokeOff: 409,
  OperationNotFinished: 409,
  NothingToRetry: 409,
  conditionalAccess: 409,
  conditionalAccessUnknown: 409,
  securityDefaults: 409,
  securityDefaultsUnknown: 409,
  dailyLoweringLimit: 409,
  LengthRequired: 411,
  RequestTooLarge: 413,
  InternalError: 500,
  GraphRefused: 502,
  ServiceUnavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorCodes;
