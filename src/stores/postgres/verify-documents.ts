import type { Kysely } from 'kysely';
import { asJson } from '../../domain/json.ts';
import { digestJson } from '../../frame/digest.ts';
import type { AuditFinding } from '../audit-store.ts';
import type { Database } from './database.ts';

/** Documents stand under their own digests: one that was changed has another. */
export async function alteredDocuments(db: Kysely<Database>): Promise<readonly AuditFinding[]> {
  const specs = await db.selectFrom('spec').select(['digest', 'document']).execute();
  const parameters = await db.selectFrom('parameters').select(['digest', 'document']).execute();
  const environments = await db
    .selectFrom('environment')
    .select(['digest', 'facts as document'])
    .execute();
  return [
    ...specs.flatMap((row) => altered('spec', row)),
    ...parameters.flatMap((row) => altered('parameters', row)),
    ...environments.flatMap((row) => altered('environment', row)),
    ...(await alteredCode(db)),
  ];
}

async function alteredCode(db: Kysely<Database>): Promise<readonly AuditFinding[]> {
  const rows = await db.selectFrom('code_version').selectAll().execute();
  return rows.flatMap((row) => {
    const code = {
      gitCommit: row.git_commit,
      dirty: row.dirty,
      sourceDigest: row.source_digest,
      lockfileDigest: row.lockfile_digest,
      workflowBundleDigest: row.workflow_bundle_digest,
    };
    // Older records do not know this field.
    const isOld = row.partition_bundle_digest === null && digestJson(asJson(code)) === row.digest;
    const document = { ...code, partitionBundleDigest: row.partition_bundle_digest };
    return isOld ? [] : altered('code_version', { digest: row.digest, document });
  });
}

function altered(
  table: string,
  { digest, document }: { readonly digest: string; readonly document: object },
): readonly AuditFinding[] {
  if (digestJson(asJson(document)) === digest) return [];
  const message = `Row ${digest} of table ${table} was changed: its document has another digest.`;
  return [{ kind: 'document', table, row: digest, message }];
}
