/** A spec with nothing but what is required. */
export const MINIMAL = `version: 1
name: sales
data:
  source: { kind: csv, path: sales.csv }
partition: { by: store }
target: { column: sold, task: classification }
`;

/** The minimal spec with more lines at its end. */
export function minimalWith(lines: string): string {
  return `${MINIMAL}${lines}\n`;
}

/** The minimal regression with more lines at its end. */
export function regressionWith(lines: string): string {
  return minimalWith(lines).replace('classification', 'regression');
}
