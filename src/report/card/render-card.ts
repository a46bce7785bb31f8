import { type Html, html } from '../html/html.ts';
import { htmlPage } from '../html/html-page.ts';
import { escapeMarkdown } from '../markdown-text.ts';
import type { CardFacts } from './card-facts.ts';
import { type CardSection, cardSections, cardTitle } from './card-sections.ts';

export function cardMarkdown(facts: CardFacts): string {
  const sections = cardSections(facts).map(sectionMarkdown);
  return [`# Model card: ${escapeMarkdown(cardTitle(facts))}\n`, ...sections].join('\n');
}

function sectionMarkdown({ title, answers, table }: CardSection): string {
  const lines = answers.map(
    ([question, answer]) => `- **${escapeMarkdown(question)}**: ${escapeMarkdown(answer)}`,
  );
  return [
    `## ${title}\n`,
    ...lines,
    ...(lines.length === 0 ? [] : ['']),
    ...tableMarkdown(table),
  ].join('\n');
}

function tableMarkdown(table: CardSection['table']): readonly string[] {
  if (table === undefined) return [];
  const row = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |`;
  return [row(table.head), `|${'---|'.repeat(table.head.length)}`, ...table.rows.map(row), ''];
}

/** One self-contained HTML file. */
export function cardHtml(facts: CardFacts): string {
  const title = cardTitle(facts);
  const body = html`<header><p class="eyebrow">Partita model card</p><h1>${title}</h1></header>
${cardSections(facts).map(sectionHtml)}`;
  return htmlPage(title, body);
}

function sectionHtml({ title, answers, table }: CardSection): Html {
  const lines = answers.map(
    ([question, answer]) => html`<tr><th scope="row">${question}</th><td>${answer}</td></tr>`,
  );
  return html`<h2>${title}</h2>${lines.length === 0 ? null : html`<div class="wide"><table><tbody>${lines}</tbody></table></div>`}${tableHtml(table)}`;
}

function tableHtml(table: CardSection['table']): Html | null {
  if (table === undefined) return null;
  const head = table.head.map((cell) => html`<th>${cell}</th>`);
  const rows = table.rows.map(
    (cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  );
  return html`<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
