import type { PartitionRow, ReportFacts } from './facts.ts';
import { escapeHtml, shorten } from './html/html.ts';
import { countText, intervalText, scoreText, signedText } from './number-text.ts';

/** The report's main tables as Markdown. */
export function renderMarkdown(facts: ReportFacts): string {
  const { question, run, totals } = facts;
  const lines = [
    `# ${escapeMarkdown(run.experiment)}`,
    '',
    `Status ${run.status}. Predicts ${escapeMarkdown(question.target)} by ${escapeMarkdown(question.partitionBy.join(' / '))}; metric ${question.metric}${question.isLowerBetter ? ' (lower is better)' : ''}.`,
    '',
    `Model set on holdout rows: ${scoreText(totals.served?.holdout)}. On identical rows: own models ${scoreText(totals.own?.holdout)}, one model without partition ${scoreText(totals.global?.holdout)}.`,
    '',
    '| partition | rows | best algorithm | out-of-fold | holdout | global, holdout | own − global | 95 % | answers |',
    '|---|--:|---|--:|--:|--:|--:|---|---|',
    ...facts.partitions.shown.map(partitionLine),
  ];
  if (facts.partitions.total > facts.partitions.shown.length) {
    lines.push(
      '',
      `${countText(facts.partitions.shown.length)} of ${countText(facts.partitions.total)} partitions shown.`,
    );
  }
  if (facts.global !== null) {
    lines.push(
      '',
      `Without partition: ${facts.global.algorithm}, out-of-fold ${scoreText(facts.global.scores?.cv)}, holdout ${scoreText(facts.global.scores?.holdout)}.`,
    );
  }
  if (facts.data.warnings.length > 0)
    lines.push(
      '',
      '## Warnings',
      '',
      ...facts.data.warnings.map((warning) => `- ${escapeMarkdown(warning)}`),
    );
  lines.push(
    '',
    `Run \`${run.runId}\`, spec \`${run.specDigest}\`, snapshot \`${run.snapshotDigest ?? '–'}\`.`,
    '',
  );
  return lines.join('\n');
}

function partitionLine(row: PartitionRow): string {
  const cells = [
    escapeMarkdown(shorten(row.name)),
    countText(row.rows),
    row.algorithm ?? '–',
    scoreText(row.own?.cv),
    scoreText(row.own?.holdout),
    scoreText(row.global?.holdout),
    signedText(row.difference),
    intervalText(row.interval),
    [row.status === 'trained' ? (row.verdict ?? 'own') : row.status, row.reason]
      .filter((word) => word !== null)
      .join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Names from data stay text: no table breaks, links, images or markup. */
function escapeMarkdown(text: string): string {
  return escapeHtml(
    text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_{}[\]|#!]/g, (character) => `\\${character}`),
  );
}
