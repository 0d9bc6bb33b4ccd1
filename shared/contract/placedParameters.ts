import { chosenId, pathParameters } from './parameters.ts';
import type { Parameter, Route } from './route.ts';

/** A parameter with its name and where it stands. */
export interface PlacedParameter extends Parameter {
  readonly name: string;
  readonly in: 'path' | 'header' | 'query';
}

/** The parameters of a route in the contract: those of its path, its header, and its query. */
export function placedParameters(route: Route): PlacedParameter[] {
  const known = Object.entries(pathParameters());
  const inPath = known.filter(([name]) => route.path.includes(`{${name}}`));
  if (route.roles === null) return inPath.map(([name, parameter]) => ({ name, in: 'path', ...parameter }));
  return [
    ...inPath.map(([name, parameter]): PlacedParameter => ({ name, in: 'path', ...parameter })),
    ...(route.takesOperationId ? [{ name: 'Operation-Id', in: 'header' as const, ...chosenId() }] : []),
    ...Object.entries(route.query?.() ?? {})
      .filter(([, { former }]) => former === undefined)
      .map(([name, parameter]): PlacedParameter => ({ name, in: 'query', ...parameter })),
  ];
}
