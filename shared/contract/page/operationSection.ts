import type { ApiParameter, Content, Operation, Response } from '../openApi.ts';
import { type Html, html, nothing, prose } from './html.ts';
import { schemaTable, typeText } from './schemaTable.ts';

/** An operation of the contract, and where it is. */
export interface PlacedOperation {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Every error has its code in this header. */
export const CODE_HEADER = 'x-ms-error-code';

/** All about one operation. */
export function operationSection({ method, path, operation }: PlacedOperation): Html {
  const answers = Object.entries(operation.responses);
  const good = answers.filter(([status]) => Number(status) < 400);
  const bad = answers.filter(([status]) => Number(status) >= 400);
  return html`<section id="${operation.operationId}" class="operation">
<h3>${operation.summary}</h3>
<p class="address"><b>${method.toUpperCase()}</b> <code>${path}</code></p>
<p>${prose(operation.description)}</p>
<p class="roles">${rolesText(operation)}</p>
${parametersTable(operation.parameters ?? [])}
${operation.requestBody === undefined ? nothing : bodyPart(operation.requestBody)}
${good.map(([status, response]) => answerPart(status, response))}
<h4>Errors</h4>
${errorsTable(bad)}
</section>
`;
}

function rolesText({ security }: Operation): Html {
  const roles = security.flatMap((scheme) => Object.values(scheme).flat());
  if (roles.length === 0) return html`Needs no access token.`;
  return html`App role: ${roles.map((role, index) => html`${index === 0 ? '' : ' or '}<code>${role}</code>`)}`;
}

function parametersTable(parameters: readonly ApiParameter[]): Html {
  if (parameters.length === 0) return nothing;
  const rows = parameters.map(
    ({ name, in: place, required, description, schema, example }) =>
      html`<tr><th scope="row"><code>${name}</code>${required ? nothing : html` <i>optional</i>`}</th><td>${place}</td><td class="type">${typeText(schema)}</td><td>${prose(description)} Example: <code>${String(example)}</code></td></tr>\n`,
  );
  return html`<h4>Parameters</h4>
<div class="wide"><table>
<thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

function bodyPart({ required, content }: NonNullable<Operation['requestBody']>): Html {
  return html`<h4>Request${required ? '' : ' (optional)'}</h4>
${contentPart(content)}`;
}

function answerPart(status: string, { description, headers = {}, content }: Response): Html {
  const rows = Object.entries(headers).map(
    ([name, header]) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${prose(header.description)} Example: <code>${header.example}</code></td></tr>\n`,
  );
  return html`<h4>Answer ${status}</h4>
<p>${prose(description)}</p>
${
  rows.length === 0
    ? nothing
    : html`<div class="wide"><table>
<thead><tr><th scope="col">Header</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`
}
${contentPart(content)}
`;
}

/** The media type, the schema and the examples of a body. */
function contentPart(content: Content): Html {
  return html`${Object.entries(content).map(
    ([type, { schema, examples }]) => html`<p><code>${type}</code>: ${typeText(schema)}</p>
${Object.values(examples).map(exampleDetails)}`,
  )}`;
}

function exampleDetails({ summary, value }: Content[string]['examples'][string]): Html {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return html`<details><summary>Example: ${summary ?? ''}</summary><pre tabindex="0">${text}</pre></details>
`;
}

function errorsTable(answers: readonly (readonly [string, Response])[]): Html {
  const rows = answers.flatMap(([status, { headers = {}, content }]) =>
    Object.values(content).flatMap(({ examples }) =>
      Object.entries(examples).map(
        ([code, { summary, value }]) =>
          html`<tr><td>${status}</td><th scope="row"><code>${code}</code></th><td>${summary ?? ''}${headersText(Object.keys(headers))} <details><summary>Example</summary><pre tabindex="0">${JSON.stringify(value, null, 2)}</pre></details></td></tr>\n`,
      ),
    ),
  );
  return html`<div class="wide"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Code</th><th scope="col">When</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** The headers that an error has beside the one that every error has. */
function headersText(names: readonly string[]): Html {
  const others = names.filter((name) => name !== CODE_HEADER);
  return others.length === 0 ? nothing : html` With ${others.map((name) => html`<code>${name}</code>`)}.`;
}

/** A named schema of the contract. */
export function schemaSection(name: string, schema: Parameters<typeof schemaTable>[0]): Html {
  return html`<section id="schema-${name}"><h3>${name}</h3>
${schemaTable(schema)}
</section>
`;
}
