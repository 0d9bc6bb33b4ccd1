import { roles } from '../../shared/http/caller.ts';
import { type GraphControl, graphControl } from '../graph/control.ts';
import { parseOptions, readOrExit } from '../options.ts';
import { findIssuer } from './issuer.ts';

const HELP = `npm run --silent token -- [--roles R,R] [--port P] [--minutes M] [--user UPN] [--name NAME]

Prints an access token for the service that runs on this machine (npm start -- --auth entra).

  --roles R,R    app roles, separated by commas (all of them):
                 ${roles.join(', ')}
  --port P       port of the API (7071)
  --minutes M    how long the token is valid (60)
  --user UPN     makes it the token of this user of the simulated directory, such as
                 alice@contoso.com; without it, it is an application's
  --name NAME    name of the caller, for display
  --help         this text`;

const values = readOrExit(() =>
  parseOptions({
    options: {
      roles: { type: 'string', default: roles.join(',') },
      port: { type: 'string', default: '7071' },
      minutes: { type: 'string', default: '60' },
      user: { type: 'string' },
      name: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  }),
);

if (values.help) console.log(HELP);
else {
  try {
    console.log(await token());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function token(): Promise<string> {
  const wanted = values.roles.split(',').filter((role) => role !== '');
  const unknown = wanted.filter((role) => !roles.some((known) => known === role));
  if (unknown.length > 0) throw new Error(`Unknown role ${unknown.join(', ')}. Use ${roles.join(', ')}.`);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error('--minutes must be a number above 0.');
  const graph = graphControl(await findIssuer(`http://127.0.0.1:${values.port}/api`));
  return graph.token({
    roles: wanted,
    expiresInSeconds: Math.round(minutes * 60),
    ...(values.user === undefined ? {} : await identityOf(values.user, graph)),
    ...(values.name === undefined ? {} : { name: values.name }),
  });
}

/** The claims that tell users apart: an approval needs two persons. */
async function identityOf(upn: string, graph: GraphControl): Promise<{ readonly upn: string; readonly oid: string }> {
  const user = (await graph.users()).find((one) => one.upn.toLowerCase() === upn.toLowerCase());
  if (user === undefined) throw new Error(`The simulated directory has no user ${upn}. Use alice@contoso.com.`);
  return { upn: user.upn, oid: user.id };
}
