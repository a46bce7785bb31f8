import { createHash } from 'node:crypto';
import { type Html, html } from '../report/html/html.ts';
import { documentPolicy, REPORT_POLICY } from './headers.ts';
import type { OpenApiDocument } from './openapi.ts';

/** Pages of ours without a script: what the application does not show. */
const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere }
section { border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .5rem 0 }
h3 { margin: 0; font-size: 1rem } p { margin: .25rem 0 }
pre { overflow-x: auto; font-size: .85rem }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

export function noticePage(title: string, text: string, status: number): Response {
  return page(title, html`<h1>${title}</h1><p>${text}</p>`, status);
}

/** The OpenAPI document for reading: every endpoint and schema, nothing from any network. */
export function documentationPage(document: OpenApiDocument): Response {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => html`<section><h3><code>${method.toUpperCase()} ${path}</code></h3>
<p>${operation.summary}</p><p>${operation.description}</p>${operation.parameters.map(
        ({ name, in: place, description = '' }) =>
          html`<p><code>${name}</code> (${place}) ${description}</p>`,
      )}</section>`,
    ),
  );
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      html`<section><h3><code>${name}</code></h3><pre>${JSON.stringify(schema, null, 1)}</pre></section>`,
  );
  return page(
    'Partita API',
    html`<h1>Partita API</h1><p>${document.info.description}</p>
<p>For programs: <code>openapi.json</code> beside this page, and <code>import { createClient } from 'partita/client'</code>.</p>
<h2>Endpoints</h2>${operations}<h2>Schemas</h2>${schemas}`,
    200,
  );
}

function page(title: string, body: Html, status: number): Response {
  const { text } =
    html`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head><body>${body}</body></html>`;
  // The style is ours and holds no markup: escaped it would not be the text that its hash allows.
  const styled = text.replace('</head>', `<style>${STYLE}</style></head>`);
  return new Response(styled, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': documentPolicy(STYLE_HASH),
    },
  });
}

/** A document that is no part of the site: shown, or saved under its name. */
export function pageOfItsOwn(html: string, fileName: string, isDownload: boolean): Response {
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': REPORT_POLICY,
      'content-disposition': `${isDownload ? 'attachment' : 'inline'}; filename="${fileName}"`,
    },
  });
}
