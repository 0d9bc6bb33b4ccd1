import { createHash } from 'node:crypto';
import type { OpenApi } from '../openApi.ts';
import { Html, html, prose } from './html.ts';
import { CODE_HEADER, operationSection, type PlacedOperation, schemaSection } from './operationSection.ts';
import { styles } from './styles.ts';

/** A page, and the policy that it keeps to: it loads nothing, runs nothing, and is part of no other page. */
export interface DocsPage {
  readonly html: string;
  readonly contentSecurityPolicy: string;
}

/** The contract as a page that works without scripts and without any other file. */
export function docsPage(document: OpenApi): DocsPage {
  const { info, tags } = document;
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): PlacedOperation => ({ method, path: `/api${path}`, operation })),
  );
  // In the order of the operations: what callers come for stands first.
  const order = all.map(({ operation }) => operation.tags[0]);
  const groups = tags
    .map((tag) => ({ ...tag, members: all.filter(({ operation }) => operation.tags[0] === tag.name) }))
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  const schemas = Object.entries(document.components.schemas);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${info.title}: API</title>
<style>${new Html(styles)}</style>
</head>
<body>
<header>
<h1>${info.title}: API</h1>
<p>Version ${info.version}. ${prose(info.description)}</p>
<p>For programs: <a href="openapi.json">openapi.json</a> (OpenAPI 3.1). Errors have their code in the header <code>${CODE_HEADER}</code> too.</p>
</header>
<div class="columns">
<nav aria-label="Contents">
${groups.map(
  ({ name, members }) => html`<h2><a href="#tag-${name}">${name}</a></h2>
<ul>${members.map(({ operation }) => html`<li><a href="#${operation.operationId}">${operation.summary}</a></li>`)}</ul>
`,
)}
<h2><a href="#schemas">Schemas</a></h2>
<ul>${schemas.map(([name]) => html`<li><a href="#schema-${name}">${name}</a></li>`)}</ul>
</nav>
<main>
${groups.map(
  ({ name, description, members }) => html`<section id="tag-${name}">
<h2>${name}</h2>
<p>${prose(description)}</p>
${members.map(operationSection)}
</section>
`,
)}
<section id="schemas">
<h2>Schemas</h2>
${schemas.map(([name, schema]) => schemaSection(name, schema))}
</section>
</main>
</div>
</body>
</html>
`;
  const hash = createHash('sha256').update(styles).digest('base64');
  return {
    html: page.text,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  };
}
