import type { Digest } from '../../domain/digest.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Metric, Score } from '../../domain/metric.ts';
import type { EvaluateFacts, SideScores } from '../../partition/evaluate-facts.ts';
import type { SelectionFacts } from '../../partition/selection-facts.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Annotations } from '../../stores/annotation-store.ts';
import type { TouchedAlias } from '../../stores/impact.ts';
import type { ModelLineage, ModelMaking, ReproductionRecord } from '../../stores/lineage-store.ts';
import type { Alias } from '../../stores/registry-store.ts';

/** What is read from the model's own bytes; null where they are gone. */
export type CardModel = {
  readonly columns: readonly { readonly name: string; readonly kind: string }[];
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  readonly classes: readonly string[];
};

/** Everything that a reviewer asks of one model: the answers of `partita card`, from the record alone. */
export type CardFacts = {
  readonly model: Digest;
  readonly byteSize: number | null;
  /** Of the model and of the run that made it; the tags `purpose` and `owner` stand at the top. */
  readonly said: { readonly model: Annotations; readonly run: Annotations };
  /** Why it must not answer; null: it may. */
  readonly withheld: string | null;
  /** The newest making; how many there are, and where it answers. */
  readonly made: ModelMaking;
  /** Where its rows came from, in the words of who gave them. */
  readonly source: string;
  readonly lineage: Pick<ModelLineage, 'makingCount' | 'uses' | 'useCount'>;
  readonly question: Pick<Spec, 'target' | 'partition' | 'validate' | 'metric' | 'tune'>;
  readonly bytes: CardModel | null;
  readonly rows: {
    readonly used: number;
    readonly holdout: number;
    readonly excluded: { readonly [reason: string]: number };
  } | null;
  readonly selection: SelectionFacts | null;
  readonly scores: SideScores | null;
  readonly choice: {
    /** The best of the others; null: there was no other. */
    readonly runnerUp: {
      readonly algorithm: string;
      readonly parameters: JsonObject;
      readonly cv: number;
    } | null;
    /** In the metric's own direction: positive = the best was better. */
    readonly margin: number | null;
    readonly comparison: EvaluateFacts['comparison'];
    readonly metric: Metric;
    readonly baseline: Score | null;
  };
  /** Names that answer with it now, and every time its run was given one, the newest first. */
  readonly aliases: readonly TouchedAlias[];
  readonly promotions: readonly Alias[];
  /** What else was trained on the same rows. */
  readonly sameRows: {
    readonly runs: number;
    readonly models: number;
    readonly aliases: readonly TouchedAlias[];
  };
  /** Whether its run could be made again. */
  readonly reproductions: readonly ReproductionRecord[];
};
