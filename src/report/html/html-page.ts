import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';
import { STYLE } from './style.ts';

/** The page allows its own style sheet and nothing else: no script, no network, no frame. */
const CONTENT_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;

/** One self-contained HTML file. */
export function htmlPage(title: string, body: Html): string {
  const head = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${head.text}<style>${STYLE}</style></head><body><main>${body.text}</main></body></html>\n`;
}
