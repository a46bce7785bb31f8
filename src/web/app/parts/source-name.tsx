import { useQuery } from '@tanstack/react-query';
import { question } from '../api/queries.ts';

/** Uploads lie under the digest of their bytes. */
const UPLOAD = /(?:^|\/)uploads\/([0-9a-f]{64})\.\w+$/;

/** Whether a source is a file that was uploaded. */
export function isUpload(location: string): boolean {
  return /(^|\/)uploads\//.test(location);
}

/** Where rows came from, in the words of who gave them: an uploaded file by the name that it had. */
export function useSourceName(location: string): string {
  const hex = UPLOAD.exec(location)?.[1];
  const { data } = useQuery({
    ...question('GET /uploads/{upload}', { params: { upload: `sha256:${hex ?? ''}` } }),
    enabled: hex !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  return data?.name ?? location;
}

/** The same as text; the place itself is told to who points at it. */
export function SourceName({ location }: { location: string }) {
  const name = useSourceName(location);
  return name === location ? name : <span title={location}>{name}</span>;
}
