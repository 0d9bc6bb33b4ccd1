import { expectPassed } from './expectPassed.ts';
import { runPester } from './runPester.ts';

const files = ['Syntax', 'Module', 'GrantPermissions', 'RegisterApi', 'AllowMail', 'Deploy'];

expectPassed(await runPester(files.map((name) => `${name}.Tests.ps1`)), 60);
