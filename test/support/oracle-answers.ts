import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What scikit-learn, LightGBM, scipy and shap say of one set of tables; each is written by a script beside the stored ones. */
export type AnswersOf =
  | 'estimators'
  | 'features'
  | 'learners'
  | 'metrics'
  | 'mljs'
  | 'trees'
  | 'unsupervised';

/** The stored answers, or in `npm run suite -- oracle` those that were just made of other tables. The caller knows their form. */
export function oracleAnswers(name: AnswersOf): unknown {
  const folder = process.env['PARTITA_ORACLE'] ?? join(import.meta.dirname, '../fixtures/sklearn');
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
}
