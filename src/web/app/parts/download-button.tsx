import { useMutation } from '@tanstack/react-query';

/** A file that the server may refuse to make: then it says why here, where a link would lead to nothing. */
export function DownloadButton({
  label,
  name,
  file,
}: {
  label: string;
  /** Of the file. */
  name: string;
  file: () => Promise<Blob>;
}) {
  const download = useMutation({
    mutationFn: file,
    onSuccess: (blob) => save(blob, name),
  });
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={download.isPending}
        onClick={() => download.mutate()}
      >
        {label}
      </button>
      {download.error === null ? null : (
        <p className="small bad" role="alert">
          {download.error.message}
        </p>
      )}
    </>
  );
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
