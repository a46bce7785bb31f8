import { fileURLToPath } from 'node:url';

/** The compiled workflows; the same file whether this module runs from `src` (tests) or `dist`. */
const root = import.meta.url.endsWith('.ts') ? '../../dist/' : '../../';
export const bundlePath = fileURLToPath(new URL(`${root}workflow-bundle.js`, import.meta.url));
