import { useBuilder } from './builder-state.tsx';
import { ColumnChecks, SpecField } from './fields.tsx';
import { namesOf, valueAt } from './spec-document.ts';

/** How far a forecast looks ahead, and from what. */
export function ForecastFields() {
  const { document, set } = useBuilder();
  const known = namesOf(valueAt(document, ['forecast', 'known']));
  const others = [['target', 'column'], ['time'], ['columns', 'id']].flatMap((path) =>
    namesOf(valueAt(document, path)),
  );
  return (
    <>
      <div className="form">
        <SpecField path={['forecast', 'horizon']} label="Rows ahead" />
        <SpecField path={['forecast', 'season']} label="Rows of a season" />
        <SpecField path={['forecast', 'strategy']} label="Step by step, or at once" />
        <SpecField path={['forecast', 'lags']} label="Earlier values" />
        <SpecField path={['forecast', 'every']} label="From row to row" />
      </div>
      <ColumnChecks
        legend="Known in advance"
        chosen={known}
        except={others}
        onChange={(names) => set(['forecast', 'known'], names.length === 0 ? undefined : names)}
        hint="Prices, holidays: the only other columns that a forecast may use, since predicting needs them for the rows to come."
      />
    </>
  );
}
