import type { PartStatus } from '../embedded/stack-status.ts';

/** One line per background part: name, state, pid, ports. */
export function describeParts(parts: readonly PartStatus[]): readonly string[] {
  return parts.map(({ name, state, pid, ports }) => {
    const uses = Object.entries(ports).map(([use, port]) => `${use} 127.0.0.1:${port}`);
    const facts = [...(pid === null ? [] : [`pid ${pid}`]), ...uses];
    return `${name.padEnd(9)} ${state.padEnd(9)} ${facts.join(' · ')}`.trimEnd();
  });
}
