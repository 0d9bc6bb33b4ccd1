/**
 * The folders of `shared/`, from the ground up; `.` are the files that lie in it itself. A file imports from its own
 * folder and from lower floors only. Folders of one floor do not know each other.
 */
export const floors: readonly (readonly string[])[] = [
  ['domain'],
  ['.'],
  ['graph', 'tables', 'userFile'],
  ['audit', 'telemetry', 'tenant', 'users'],
  ['operations', 'pace', 'proof', 'queues'],
  ['events'],
  ['stateChange'],
  ['registration'],
  ['http', 'notifications'],
  ['contract', 'maintenance'],
  ['host'],
];
