import { Failure } from '../domain/failure.ts';
import { loadPipeline } from '../partition/pipeline-bytes.ts';
import { pipelineToOnnx } from '../partition/pipeline-onnx.ts';
import type { LineageStore } from '../stores/lineage-store.ts';
import { refuseBlend } from './blend-refusal.ts';
import type { OperationContext } from './context.ts';
import type { ExportFormat } from './requests.ts';

/** A model by its digest (or a unique beginning) in a form that others read: JSON text or an ONNX file, as bytes. */
export async function exportModel(
  {
    lineage,
    objects,
  }: Pick<OperationContext, 'objects'> & {
    readonly lineage: Pick<LineageStore, 'lineageOfModel'>;
  },
  digest: string,
  format: ExportFormat,
): Promise<Uint8Array> {
  const found = await lineage.lineageOfModel(digest);
  refuseBlend(found, 'file');
  const { model, places } = found;
  const [place] = places;
  if (place === undefined) throw new Failure('not-found', `The bytes of model ${model} are gone.`);
  const pipeline = loadPipeline(await objects.getRange(place.pack, place.offset, place.length));
  if (format === 'onnx') return pipelineToOnnx(pipeline);
  const { contract, handling, model: fitted, adjustments } = pipeline;
  const json = {
    digest: model,
    ...contract,
    handling: handling.toJson(),
    model: fitted.toJson(),
    ...(adjustments.length > 0 && { adjustments }),
  };
  return Buffer.from(`${JSON.stringify(json)}\n`);
}
