import { escapeHtml } from './html/html.ts';

/** Names from data stay text: no table breaks, links, images or markup. */
export function escapeMarkdown(text: string): string {
  return escapeHtml(
    text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]|#!]/g, (character) => `\\${character}`),
  );
}
