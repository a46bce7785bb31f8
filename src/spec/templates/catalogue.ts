import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import { classificationTemplate } from './classification.ts';
import { regressionTemplate } from './regression.ts';
import type { Template } from './template.ts';
import { timeSeriesTemplate } from './time-series.ts';

/** The templates of `init`; the first is the default. */
export const templates: readonly Template[] = [
  classificationTemplate,
  regressionTemplate,
  timeSeriesTemplate,
];

/** Throws `Failure('usage')` with the nearest name. */
export function requireTemplate(name: string): Template {
  const template = templates.find((candidate) => candidate.name === name);
  if (template !== undefined) return template;
  const names = templates.map((candidate) => candidate.name);
  throw new Failure(
    'usage',
    `There is no template "${name}". ${suggestion(name, names)}Templates: ${names.join(', ')}.`,
  );
}
