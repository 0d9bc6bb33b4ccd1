import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../shared/contract/document.ts';
import type { OpenApi } from '../../../shared/contract/openApi.ts';
import { docsPage } from '../../../shared/contract/page/docsPage.ts';

const document = openApiDocument();
const page = docsPage(document);

/** The text of the page, as a reader sees it. */
function textOf(html: string): string {
  const text = html.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>/g, ' ');
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? '').replace(/\s+/g, ' ');
}

describe('the page of the contract', () => {
  const text = textOf(page.html);

  it('shows every operation with its path, roles, parameters, headers and codes of errors', () => {
    for (const [path, methods] of Object.entries(document.paths))
      for (const [method, operation] of Object.entries(methods)) {
        const { operationId, summary, security, parameters = [], responses } = operation;
        const from = page.html.indexOf(`<section id="${operationId}"`);
        const section = textOf(page.html.slice(from, page.html.indexOf('</section>', from)));
        expect(from, operationId).toBeGreaterThan(0);
        expect(page.html).toContain(`<a href="#${operationId}">`);
        const words = [
          summary,
          `${method.toUpperCase()} /api${path}`,
          ...security.flatMap((scheme) => Object.values(scheme).flat()),
          ...parameters.flatMap((one) => [one.name, String(one.example)]),
          ...Object.values(responses).flatMap(({ headers = {}, content }) => [
            ...Object.keys(headers).filter((name) => name !== 'x-ms-error-code'),
            ...Object.values(content).flatMap(({ examples }) =>
              Object.values(examples).map(({ summary: about = '' }) => about),
            ),
          ]),
          ...Object.keys(responses).filter((status) => Number(status) >= 400),
        ];
        for (const word of words) expect(section).toContain(word);
      }
  });

  it('shows every schema, and its links lead somewhere', () => {
    for (const name of Object.keys(document.components.schemas)) expect(page.html).toContain(`id="schema-${name}"`);
    const anchors = [...page.html.matchAll(/href="#([^"]+)"/g)].map(([, anchor]) => anchor);
    expect(anchors.length).toBeGreaterThan(30);
    for (const anchor of new Set(anchors)) expect(page.html.split(`id="${anchor}"`)).toHaveLength(2);
    expect(text).toContain(`Version ${document.info.version}`);
  });

  it('loads nothing and runs nothing, and its policy allows its own style alone', () => {
    expect(page.html).not.toMatch(/<script|<link|<img|<iframe|<form|\son\w+=|\ssrc=|\sstyle=|@import|url\(/i);
    const styles = [...page.html.matchAll(/<style>(.*?)<\/style>/gs)].map(([, style = '']) => style);
    expect(styles).toHaveLength(1);
    const hash = createHash('sha256')
      .update(styles[0] ?? '')
      .digest('base64');
    expect(page.contentSecurityPolicy.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      `style-src 'sha256-${hash}'`,
    ]);
  });

  it('shows text of the contract as text', () => {
    const hostile = '<script>alert("1")</script> & \'2\' `<b>`';
    const escaped = docsPage(
      JSON.parse(
        JSON.stringify(document).replaceAll('All operations, newest first', JSON.stringify(hostile).slice(1, -1)),
      ) as OpenApi,
    );
    expect(escaped.html).toContain(
      '&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;2&#39; <code>&lt;b&gt;</code>',
    );
    expect(escaped.html).not.toContain('<script');
  });
});
